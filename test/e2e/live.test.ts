import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults, findSeriousIssues, keepScreen, openBarzan, waitForMap, type OpenBarzan } from './open-barzan.ts'
import { countFrames, readColours, watchColours, watchMiddle } from './watch-colours.ts'
import { localPath, words } from './words.ts'

// Maps that are open while somebody changes the land: what they draw, what they ask for, and what they never show.
const TOKEN = 'of this test'
let barzan: OpenBarzan
let spots: Spot[]
interface Spot {
  id: number
  code: string
  lon: number
  lat: number
}

beforeAll(async () => {
  barzan = await openBarzan({ env: { BARZAN_ADMIN_TOKEN: TOKEN } })
  const { rows } = await barzan.database.pool.query<Spot>(
    `select parcel_id as id, code, ST_X(at) as lon, ST_Y(at) as lat
     from land.parcels, lateral (select ST_Transform(ST_PointOnSurface(geom), 4326) as at) p
     where status = 'current' and land_use = 'RES' and computed_area_m2 between 200 and 600 order by parcel_id offset 60 limit 40`,
  )
  spots = rows
})
afterAll(() => barzan.close())

describe('what one changes', () => {
  it.each([17.4, 16.2, 18.5, 14.6])('is drawn on every map that shows it, without a flicker, at zoom %d', async (zoom) => {
    const spot = takeSpot()
    const [mine, theirs] = await Promise.all([openAt(spot, zoom), openAt(spot, zoom, 'large')])
    const asked = [mine, theirs].map((page) => listTiles(page, 'request'))
    const came = [mine, theirs].map((page) => listTiles(page, 'requestfinished'))
    await Promise.all([mine, theirs].map(watchColours))
    const befores = await Promise.all([mine, theirs].map(readMiddle))
    const changing = change(spot, 'COM')
    const drawn = await Promise.all([mine, theirs].map((page, i) => waitForColour(page, befores[i]!)))
    const sentAt = await changing
    const after = (moments: number[]) => moments.map((at) => at - sentAt).join(' and ')
    const [askedAt, cameAt] = [asked, came].map((lists) => lists.map((urls) => urls[0]?.at ?? NaN))
    process.stdout.write(
      `zoom ${zoom}: asked ${after(askedAt!)}, came ${after(cameAt!)}, drawn ${after(drawn)} ms after it was sent\n`,
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
    const urls = listTiles(page, 'request')
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

it.each(['desktop', 'phone'] as const)(
  'the card of a parcel that is split says so and leads to its pieces (%s)',
  async (size) => {
    const spot = takeSpot()
    const isPhone = size === 'phone'
    const page = await barzan.openPage({ size, theme: isPhone ? 'dark' : 'light' })
    const locale = isPhone ? 'en' : 'fa'
    await page.goto(`${localPath(locale, '/map')}?at=18/${spot.lat}/${spot.lon}&parcel=${encodeURIComponent(spot.code)}`)
    await waitForMap(page)
    const card = page.getByRole('article')
    await card.waitFor()
    const { parcels } = await edit('POST', '/api/parcels/split', { parcel: spot.code, line: await lineAcross(spot) })
    await card.getByText(words(locale, 'map_parcel_retired')).waitFor()
    const pieces = card.getByRole('note').getByRole('link')
    expect(await pieces.count()).toBe(parcels.length)
    await page.waitForTimeout(1_000)
    await keepScreen(page, `map-retired-${size}-${locale}`)
    expect(await findSeriousIssues(page)).toEqual([])
    await pieces.first().click()
    await page.waitForFunction((code) => new URLSearchParams(location.search).get('parcel') !== code, spot.code)
    expect(parcels.map(({ properties }) => properties.code)).toContain(new URL(page.url()).searchParams.get('parcel'))
    await card.getByText(words(locale, 'map_parcel_retired')).waitFor({ state: 'hidden' })
    await end(page)
  },
)

it('after the server was away, what changed meanwhile is drawn', async () => {
  const spot = takeSpot()
  const page = await openAt(spot, 17.4, 'desktop', '', /Failed to load resource|ERR_|events/)
  await watchColours(page)
  const before = await readMiddle(page)
  await barzan.restart(() => changeInDatabase(spot, 'COM'))
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
  // Small: software draws slowly, and a frame is the least that can be measured.
  const viewport = { width: size === 'large' ? 1200 : 1030, height: 480 }
  const page = await barzan.openPage({ context: { viewport }, ...(expected && { expected }) })
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

/** Change a parcel through the edge, as an officer's desk does; resolves with the moment it was sent. */
async function change(spot: Spot, landUse: string): Promise<number> {
  const sentAt = Date.now()
  await edit('PATCH', `/api/parcels/${encodeURIComponent(spot.code)}`, { landUse })
  return sentAt
}

async function edit(method: string, path: string, body: object): Promise<{ parcels: { properties: { code: string } }[] }> {
  const answer = await fetch(barzan.origin + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as { parcels: { properties: { code: string } }[] }
}

/** A line through the middle of a parcel, well beyond its boundary. */
async function lineAcross(spot: Spot): Promise<object> {
  const { rows } = await barzan.database.pool.query<{ line: object }>(
    `select ST_AsGeoJSON(ST_Transform(ST_MakeLine(ST_Translate(c, -sin(a) * 60, -cos(a) * 60), ST_Translate(c, sin(a) * 60, cos(a) * 60)), 4326))::json as line
     from land.parcels, lateral (select ST_Centroid(geom) as c) m, lateral (select ST_OrientedEnvelope(geom) as box) b,
       lateral (select ST_Azimuth(ST_PointN(ST_ExteriorRing(box), 1), ST_PointN(ST_ExteriorRing(box), 2)) as one,
         ST_Distance(ST_PointN(ST_ExteriorRing(box), 1), ST_PointN(ST_ExteriorRing(box), 2)) as long,
         ST_Distance(ST_PointN(ST_ExteriorRing(box), 2), ST_PointN(ST_ExteriorRing(box), 3)) as other) e,
       lateral (select case when long > other then one + pi() / 2 else one end as a) d
     where parcel_id = $1`,
    [spot.id],
  )
  return rows[0]!.line
}

/** Change a parcel without the server. */
async function changeInDatabase(spot: Spot, landUse: string): Promise<void> {
  await barzan.database.ownerPool.query(
    'update land.parcels set land_use = $2, residential_density = null where parcel_id = $1',
    [spot.id, landUse],
  )
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

function listTiles(page: Page, event: 'request' | 'requestfinished'): { url: string; at: number }[] {
  const urls: { url: string; at: number }[] = []
  page.on(event as 'request', (request) => {
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
