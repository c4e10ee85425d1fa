import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults, openBarzan, waitForMap, type OpenBarzan } from './open-barzan.ts'
import { countFrames, readColours, watchColours, watchMiddle } from './watch-colours.ts'
import { words } from './words.ts'

// Maps that are open while somebody changes the land: what they draw, what they ask for, and what they never show.
let barzan: OpenBarzan
let spots: Spot[]
interface Spot {
  id: number
  code: string
  lon: number
  lat: number
}

beforeAll(async () => {
  barzan = await openBarzan()
  const { rows } = await barzan.database.pool.query<Spot>(
    `select parcel_id as id, code, ST_X(at) as lon, ST_Y(at) as lat
     from land.parcels, lateral (select ST_Transform(ST_PointOnSurface(geom), 4326) as at) p
     where status = 'current' and land_use = 'RES' and computed_area_m2 between 200 and 600 order by parcel_id offset 60 limit 40`,
  )
  spots = rows
})
afterAll(() => barzan.close())

describe('what one changes', () => {
  it.each([17.4, 16.2, 18.5])('is drawn on every map that shows it, without a flicker, at zoom %d', async (zoom) => {
    const spot = takeSpot()
    const [mine, theirs] = await Promise.all([openAt(spot, zoom), openAt(spot, zoom, 'large')])
    const asked = [mine, theirs].map(listTilesAsked)
    await Promise.all([mine, theirs].map(watchColours))
    const befores = await Promise.all([mine, theirs].map(readMiddle))
    const changedAt = await change(spot, 'COM')
    const drawn = await Promise.all([mine, theirs].map((page, i) => waitForColour(page, befores[i]!)))
    const told = asked.map((urls) => (urls[0]?.at ?? NaN) - changedAt)
    process.stdout.write(
      `zoom ${zoom}: asked for after ${told.join(' and ')} ms, drawn after ${drawn.map((at) => at - changedAt).join(' and ')} ms\n`,
    )
    for (const page of [mine, theirs]) {
      await page.waitForTimeout(2_600) // the glow goes
      const seen = await readColours(page)
      // The old colour, then the new one, and nothing in between; what lies around it stands still.
      expect(new Set(seen.map(({ middle }) => middle)).size).toBe(2)
      expect(new Set(seen.map(({ street }) => street)).size).toBe(1)
      expect(await countFrames(page)).toBeGreaterThan(3)
    }
    for (const urls of asked) {
      expect(urls.length).toBeGreaterThan(0)
      expect(urls.every(({ url }) => url.includes('?v='))).toBe(true)
      expect(new Set(urls.map(({ url }) => url)).size).toBeLessThanOrEqual(6)
    }
    await Promise.all([mine, theirs].map(end))
  })

  it('a tile that was out of sight is new when the reader comes back to it', async () => {
    const spot = takeSpot()
    const page = await openAt(spot, 17.4)
    await watchColours(page)
    const before = await readMiddle(page)
    await pan(page, -1_200)
    const urls = listTilesAsked(page)
    await change(spot, 'COM')
    await page.waitForTimeout(1_500)
    await watchMiddle(page)
    await pan(page, 1_200)
    await page.waitForFunction(() => document.documentElement.dataset.map === 'ready')
    await page.waitForTimeout(1_500)
    const after = (await readColours(page)).map(({ middle }) => middle)
    expect(urls.some(({ url }) => url.includes('?v='))).toBe(true)
    expect(after.at(-1)).not.toBe(before)
    await end(page)
  })

  it('the card of the parcel follows, and the reader stays where he is in it', async () => {
    const spot = takeSpot()
    const page = await openAt(spot, 17.4, 'desktop', `&parcel=${encodeURIComponent(spot.code)}`)
    const card = page.getByRole('article')
    await card
      .getByText(words('fa', 'parcels_use_res2'))
      .or(card.getByText(/مسکونی/))
      .first()
      .waitFor()
    await page.evaluate(() => {
      const pane = document.querySelector('.detail .scroll')!
      pane.scrollTop = 40
      new MutationObserver(() => {
        if (document.querySelector('article .skeleton')) document.documentElement.dataset.skeleton = 'seen'
      }).observe(pane, { childList: true, subtree: true })
    })
    const scrolled = await page.evaluate(() => document.querySelector('.detail .scroll')!.scrollTop)
    await change(spot, 'COM')
    await card.getByText(/تجاری/).first().waitFor()
    expect(await page.evaluate(() => document.querySelector('.detail .scroll')!.scrollTop)).toBe(scrolled)
    expect(await page.evaluate(() => document.documentElement.dataset.skeleton)).toBeUndefined()
    await end(page)
  })
})

it('after the server was away, what changed meanwhile is drawn', async () => {
  const spot = takeSpot()
  const page = await openAt(spot, 17.4, 'desktop', '', /Failed to load resource|ERR_|events/)
  await watchColours(page)
  const before = await readMiddle(page)
  await barzan.restart(() => change(spot, 'COM'))
  await waitForColour(page, before)
  await page.context().close()
})

/** Each journey changes a parcel of its own. */
function takeSpot(): Spot {
  return spots.shift()!
}

async function openAt(
  spot: Spot,
  zoom: number,
  size: 'desktop' | 'large' = 'desktop',
  more = '',
  expected?: RegExp,
): Promise<Page> {
  const page = await barzan.openPage({ size, ...(expected && { expected }) })
  await page.addInitScript(() => {
    // So that a test can read what is drawn.
    const getContext = HTMLCanvasElement.prototype.getContext
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
      return Reflect.apply(getContext, this, [
        kind,
        kind === 'webgl2' ? { ...options, preserveDrawingBuffer: true } : options,
      ]) as never
    } as typeof getContext
  })
  await page.goto(`/map?at=${zoom}/${spot.lat}/${spot.lon}&layers=land-use,parcels${more}`)
  await waitForMap(page)
  return page
}

/** Change the use of a parcel; resolves with the moment of the commit. */
async function change(spot: Spot, landUse: string): Promise<number> {
  await barzan.database.ownerPool.query(
    'update land.parcels set land_use = $2, residential_density = null where parcel_id = $1',
    [spot.id, landUse],
  )
  return Date.now()
}

async function readMiddle(page: Page): Promise<string> {
  return (await readColours(page)).at(-1)!.middle
}

/** When the middle of the map was first drawn in another colour. */
async function waitForColour(page: Page, before: string): Promise<number> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const other = (await readColours(page)).find(({ middle }) => middle !== before)
    if (other) return other.at
    await page.waitForTimeout(50)
  }
  throw new Error('the map was not drawn anew in 15 s')
}

function listTilesAsked(page: Page): { url: string; at: number }[] {
  const urls: { url: string; at: number }[] = []
  page.on('request', (request) => {
    if (request.url().includes('.mvt')) urls.push({ url: request.url(), at: Date.now() })
  })
  return urls
}

async function pan(page: Page, px: number): Promise<void> {
  const box = (await page.locator('canvas').first().boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const step = Math.sign(px) * 300
  for (let moved = 0; Math.abs(moved) < Math.abs(px); moved += step) {
    await page.mouse.move(x - step / 2, y)
    await page.mouse.down()
    await page.mouse.move(x + step / 2, y, { steps: 3 })
    await page.waitForTimeout(200) // no momentum
    await page.mouse.up()
  }
  await page.waitForTimeout(500)
}

async function end(page: Page): Promise<void> {
  expect(faults(page)).toEqual([])
  await page.context().close()
}
