import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults, findSeriousIssues, keepScreen, openBarzan, waitForMap, type OpenBarzan } from './open-barzan.ts'
import { localPath, words } from './words.ts'

// The planner's map: point, draw, measure, export, print, share; and the same by keyboard.
let barzan: OpenBarzan
let spot: { code: string; id: number; lon: number; lat: number }

beforeAll(async () => {
  barzan = await openBarzan()
  const { rows } = await barzan.database.pool.query<typeof spot>(
    `select code, parcel_id as id, ST_X(at) as lon, ST_Y(at) as lat
     from land.parcels, lateral (select ST_Transform(ST_PointOnSurface(geom), 4326) as at) p
     where status = 'current' and land_use = 'RES' and computed_area_m2 between 150 and 500 order by parcel_id offset 80 limit 1`,
  )
  spot = rows[0]!
})
afterAll(() => barzan.close())

describe('point', () => {
  it('a click on a parcel opens its card and names it in the address', async () => {
    const page = await openAt(17)
    await clickMiddle(page)
    await waitForParcel(page, spot.code)
    await page
      .getByRole('article')
      .getByRole('link', { name: words('fa', 'map_sheet') })
      .waitFor()
    await keepScreen(page, 'map-card-desktop-fa')
    expect(await findSeriousIssues(page)).toEqual([])
    await end(page)
  })

  it('a tap on a phone opens a sheet that leaves the parcel in sight', async () => {
    const page = await barzan.openPage({ size: 'phone' })
    await page.goto(`/map?at=17/${spot.lat}/${spot.lon}`)
    await waitForMap(page)
    const box = (await page.locator('canvas').first().boundingBox())!
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2 + 32)
    await page.waitForFunction(() => new URLSearchParams(location.search).has('parcel'))
    await page.getByRole('article').waitFor()
    await page.waitForTimeout(600)
    await keepScreen(page, 'map-card-phone-fa')
    expect(await findSeriousIssues(page)).toEqual([])
    await end(page)
  })

  it('by keyboard: Enter on the map chooses what is in the middle, Escape lets go', async () => {
    const page = await openAt(18)
    await page.locator('canvas').first().focus()
    await page.keyboard.press('Enter')
    await waitForParcel(page, spot.code)
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => !new URLSearchParams(location.search).has('parcel'))
    await end(page)
  })
})

describe('select many', () => {
  it('by a drawn rectangle: count, shares, table and files', async () => {
    const page = await openAt(16)
    await page.getByRole('button', { name: words('fa', 'map_tool_select_rectangle') }).click()
    const box = (await page.locator('canvas').first().boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await waitForDrawing(page)
    await page.mouse.click(x - 150, y - 120)
    await page.mouse.move(x, y, { steps: 5 })
    await page.mouse.move(x + 150, y + 120, { steps: 5 })
    await page.mouse.click(x + 150, y + 120)
    const summary = page.getByRole('region', { name: words('fa', 'map_selection') })
    await summary.waitFor()
    await page
      .getByRole('grid', { name: words('fa', 'map_selected_table') })
      .getByRole('row')
      .first()
      .waitFor()
    await page.waitForFunction(() => new URLSearchParams(location.search).has('sel'))
    await keepScreen(page, 'map-selection-desktop-fa')
    expect(await findSeriousIssues(page)).toEqual([])

    await summary.getByRole('button', { name: words('fa', 'map_export') }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /GeoJSON/ }).click()])
    const collection = JSON.parse(await readFile(await download.path(), 'utf8')) as {
      features: { properties: { code: string } }[]
    }
    expect(collection.features.length).toBeGreaterThan(5)
    expect(collection.features.map((feature) => feature.properties.code)).toContain(spot.code)
    await end(page)
  })

  it('a link brings the same selection back', async () => {
    const page = await openAt(16, `&sel=c.${await encodeMiddle()}.120`)
    await page.getByRole('region', { name: words('fa', 'map_selection') }).waitFor()
    const answer = await fetch(`${barzan.origin}/api/parcels/select`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ point: [spot.lon, spot.lat], radiusM: 120 }),
    })
    const { summary } = (await answer.json()) as { summary: { count: number } }
    const shown = new Intl.NumberFormat('fa').format(summary.count)
    await page
      .getByText(words('fa', 'map_selected_count', { count: shown }))
      .first()
      .waitFor()
    await end(page)
  })
})

it('measures a length in the city’s own projection', async () => {
  const page = await openAt(16)
  await page.getByRole('button', { name: words('fa', 'map_tool_measure_length') }).click()
  const box = (await page.locator('canvas').first().boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await waitForDrawing(page)
  const measured = page.waitForResponse('**/api/measure')
  await page.mouse.click(x - 100, y)
  await page.mouse.move(x + 100, y, { steps: 4 })
  await page.mouse.click(x + 100, y)
  await page.mouse.click(x + 100, y)
  const { lengthM } = (await (await measured).json()) as { lengthM: number }
  // MapLibre's zoom 16 at this latitude: 200 px of 78271.517 · cos φ / 2¹⁶ metres.
  const expected = (200 * 78271.517 * Math.cos((spot.lat * Math.PI) / 180)) / 2 ** 16
  expect(Math.abs(lengthM / expected - 1)).toBeLessThan(0.02)
  await keepScreen(page, 'map-measure-desktop-fa')
  await end(page)
})

it('prints a PDF at a scale', async () => {
  const page = await openAt(17)
  await page.getByRole('button', { name: words('fa', 'map_print') }).click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await page.waitForTimeout(300)
  await keepScreen(page, 'map-print-desktop-fa')
  expect(await findSeriousIssues(page)).toEqual([])
  const [printed] = await Promise.all([
    page.waitForResponse('**/api/print'),
    dialog.getByRole('button', { name: words('fa', 'map_print_make') }).click(),
  ])
  expect(printed.status()).toBe(200)
  expect(printed.headers()['content-type']).toContain('application/pdf')
  await end(page)
})

it('a link shows the same view: layers, opacity, 3D, hatches, turn and tilt', async () => {
  const query = `?at=16.5/${spot.lat.toFixed(6)}/${spot.lon.toFixed(6)}/20/40&layers=land-use,parcels,buildings,water&opacity=land-use:60&3d=1&hatch=1`
  const page = await barzan.openPage()
  await page.goto(`/map${query}`)
  await waitForMap(page)
  await page.waitForTimeout(800)
  const kept = new URL(page.url()).searchParams
  expect(kept.get('3d')).toBe('1')
  expect(kept.get('hatch')).toBe('1')
  expect(kept.get('opacity')).toBe('land-use:60')
  expect(kept.get('at')).toBe(`16.5/${Number(spot.lat.toFixed(6))}/${Number(spot.lon.toFixed(6))}/20/40`)
  await keepScreen(page, 'map-tilted-desktop-fa')
  await end(page)
})

it('without the map: the parcels of the view are a list that opens the same card', async () => {
  const page = await openAt(17)
  await page.getByRole('tab', { name: words('fa', 'map_tab_list') }).click()
  const list = page.getByRole('region', { name: words('fa', 'map_list') })
  await list.getByRole('listitem').first().waitFor()
  await list.getByRole('listitem').first().getByRole('button').first().press('Enter')
  await page.waitForFunction(() => new URLSearchParams(location.search).has('parcel'))
  await page.getByRole('article').waitFor()
  await keepScreen(page, 'map-list-desktop-fa')
  expect(await findSeriousIssues(page)).toEqual([])
  await end(page)
})

it('without WebGL: says so and gives the list', async () => {
  const page = await barzan.openPage({ expected: /WebGL|webgl/ })
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null
  })
  await page.goto('/map')
  await page.getByText(words('fa', 'map_no_webgl')).first().waitFor()
  await keepScreen(page, 'map-no-webgl')
  await page.context().close()
})

it('changes language on the same view', async () => {
  const page = await openAt(17)
  await page.getByRole('link', { name: 'English' }).click()
  await page.waitForURL('**/en/map?**')
  expect(new URL(page.url()).searchParams.get('at')).toContain('17/')
  await waitForMap(page)
  await keepScreen(page, 'map-street-desktop-en')
  await end(page)
})

async function openAt(zoom: number, more = ''): Promise<Page> {
  const page = await barzan.openPage()
  await page.goto(`${localPath('fa', '/map')}?at=${zoom}/${spot.lat}/${spot.lon}${more}`)
  await waitForMap(page)
  return page
}

async function clickMiddle(page: Page): Promise<void> {
  const box = (await page.locator('canvas').first().boundingBox())!
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
}

/** Drawing is loaded with the first tool; its cursor on the canvas says that it listens. */
async function waitForDrawing(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('canvas')?.style.cursor === 'crosshair')
}

async function waitForParcel(page: Page, code: string): Promise<void> {
  await page.waitForFunction((wanted) => new URLSearchParams(location.search).get('parcel') === wanted, code)
}

async function encodeMiddle(): Promise<string> {
  const { encodeLine } = await import('../../src/map/compact-line.ts')
  return encodeLine([[spot.lon, spot.lat]])
}

async function end(page: Page): Promise<void> {
  expect(faults(page)).toEqual([])
  await page.context().close()
}
