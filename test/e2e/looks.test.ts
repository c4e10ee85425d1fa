import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SIZES } from './open-barzan.ts'
import { faults, findSeriousIssues, keepScreen, openBarzan, waitForMap, type OpenBarzan } from './open-barzan.ts'
import { localPath, type Locale } from './words.ts'

// Every page at the four widths, in both languages and both themes: no fault in the console, nothing from another host,
// nothing serious for axe, no sideways scrolling; and a picture of each for people to look at.
let barzan: OpenBarzan
let code: string

beforeAll(async () => {
  barzan = await openBarzan()
  const { rows } = await barzan.database.pool.query<{ code: string }>(
    `select p.code from land.parcels p join land.buildings b using (parcel_id)
     where p.status = 'current' and p.land_use = 'RES' order by p.parcel_id offset 40 limit 1`,
  )
  code = rows[0]!.code
})
afterAll(() => barzan.close())

const PAGES = ['home', 'list', 'sheet', 'about', 'map', 'missing'] as const
const LOOKS: { size: keyof typeof SIZES; locale: Locale; theme: 'light' | 'dark' }[] = [
  { size: 'small', locale: 'fa', theme: 'light' },
  { size: 'phone', locale: 'en', theme: 'dark' },
  { size: 'tablet', locale: 'fa', theme: 'dark' },
  { size: 'desktop', locale: 'fa', theme: 'light' },
  { size: 'desktop', locale: 'en', theme: 'dark' },
  { size: 'large', locale: 'en', theme: 'light' },
]

describe.each(PAGES)('%s', (name) => {
  it.each(LOOKS)('looks right at $size in $locale, $theme', async ({ size, locale, theme }) => {
    const page = await barzan.openPage({ size, theme, expected: name === 'missing' ? /404/ : undefined })
    const response = await page.goto(localPath(locale, addressOf(name)))
    expect(response!.status()).toBe(name === 'missing' ? 404 : 200)
    if (name === 'map') await waitForMap(page)
    else await page.waitForLoadState('networkidle')
    await keepScreen(page, `${name}-${size}-${locale}-${theme}`, { fullPage: name !== 'map' })
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale)
    expect(await page.evaluate(() => getComputedStyle(document.body).direction)).toBe(locale === 'fa' ? 'rtl' : 'ltr')
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(overflow, 'scrolls sideways').toBeLessThanOrEqual(1)
    expect(await findSeriousIssues(page)).toEqual([])
    expect(faults(page)).toEqual([])
    await page.context().close()
  })
})

it('keeps its layout at 200 % zoom, as at half the width', async () => {
  const page = await barzan.openPage({ context: { viewport: { width: 683, height: 384 }, deviceScaleFactor: 2 } })
  for (const name of ['home', 'list', 'sheet'] as const) {
    await page.goto(addressOf(name))
    await keepScreen(page, `${name}-zoomed`)
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBeLessThanOrEqual(1)
  }
  await page.context().close()
})

function addressOf(name: (typeof PAGES)[number]): string {
  return {
    home: '/',
    list: '/parcels',
    sheet: `/parcels/${code}`,
    about: '/about',
    map: '/map',
    missing: '/parcels/9-9-9-9-0-0-0',
  }[name]
}
