import { afterAll, beforeAll, expect, it } from 'vitest'
import { toPersianDigits } from '../../src/kernel/text.ts'
import { faults, keepScreen, openBarzan, waitForMap, type OpenBarzan } from './open-barzan.ts'
import { localPath, words, type Locale } from './words.ts'

// A citizen finds a property: by code, by address, by postal code, by pointing at it, by standing on it; with and without script.
let barzan: OpenBarzan
let parcel: { code: string; address: string; postal_code: string; lon: number; lat: number }

beforeAll(async () => {
  barzan = await openBarzan()
  const { rows } = await barzan.database.pool.query<typeof parcel>(
    `select code, address, postal_code, ST_X(at) as lon, ST_Y(at) as lat
     from land.parcels, lateral (select ST_Transform(ST_PointOnSurface(geom), 4326) as at) p
     where status = 'current' and land_use = 'RES' and address is not null and postal_code is not null and computed_area_m2 between 150 and 400
     order by parcel_id offset 60 limit 1`,
  )
  parcel = rows[0]!
})
afterAll(() => barzan.close())

it.each<[Locale, 'small' | 'desktop']>([
  ['fa', 'small'],
  ['en', 'desktop'],
])('from the home page to the sheet, in %s on a %s screen', async (locale, size) => {
  const page = await barzan.openPage({ size })
  await page.goto(localPath(locale, '/'))
  const typed = locale === 'fa' ? toPersianDigits(parcel.code) : parcel.code
  await page.getByRole('searchbox', { name: words(locale, 'parcels_search_label') }).fill(typed)
  await page.getByRole('button', { name: words(locale, 'parcels_search_button') }).click()
  await page.waitForURL(`**/parcels/${parcel.code}`)
  await page.getByRole('heading', { name: words(locale, 'parcels_identifiers') }).waitFor()
  await keepScreen(page, `found-${size}-${locale}`, { fullPage: true })
  expect(faults(page)).toEqual([])
  await page.context().close()
})

it('without script: searching, paging and the sheet are plain pages', async () => {
  const page = await barzan.openPage({ context: { javaScriptEnabled: false } })
  await page.goto('/parcels')
  const first = await page.locator('main a[href^="/parcels/"]').first().getAttribute('href')
  await page.getByRole('link', { name: words('fa', 'parcels_list_next') }).click()
  await page.waitForURL('**/parcels?**cursor=**')
  expect(await page.locator('main a[href^="/parcels/"]').first().getAttribute('href')).not.toBe(first)
  // One answer is shown at once.
  await page.getByRole('searchbox', { name: words('fa', 'parcels_search_label') }).fill(parcel.postal_code)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/parcels/${parcel.code}`)
  expect(await page.textContent('body')).toContain(words('fa', 'parcels_owner_hidden'))
  expect(await page.locator('section svg').count()).toBeGreaterThan(0)
  await page.context().close()
})

it.each([
  ['renovation code', () => parcel.code],
  ['renovation code in the other reading order', () => parcel.code.split('-').reverse().join('-')],
  ['address in Persian digits', () => toPersianDigits(parcel.address)],
  ['postal code', () => parcel.postal_code],
])('on the map, by %s and keyboard alone', async (_what, text) => {
  const page = await barzan.openPage()
  await page.goto('/map')
  await waitForMap(page)
  const box = page.getByRole('combobox', { name: words('fa', 'map_search_label') })
  await box.focus()
  await page.keyboard.type(text())
  const option = page.getByRole('option').first()
  await option.waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForFunction((code) => new URLSearchParams(location.search).get('parcel') === code, parcel.code)
  await page
    .getByRole('link', { name: words('fa', 'map_sheet') })
    .first()
    .waitFor()
  await keepScreen(page, 'map-found')
  expect(faults(page)).toEqual([])
  await page.context().close()
})

it('standing on it, with a phone', async () => {
  const page = await barzan.openPage({
    size: 'phone',
    context: { geolocation: { longitude: parcel.lon, latitude: parcel.lat }, permissions: ['geolocation'] },
  })
  await page.goto('/')
  await page.getByRole('button', { name: words('fa', 'home_near_me') }).click()
  await page.waitForURL(`**/parcels/${parcel.code}`)
  expect(faults(page)).toEqual([])
  await page.context().close()
})
