import { afterAll, beforeAll, expect, it } from 'vitest'
import { faults, keepScreen, openBarzan, type OpenBarzan } from './open-barzan.ts'
import { words } from './words.ts'

// The sheet tells what is known, what is not, and what could not be asked: a broken source never reads as "no".
let barzan: OpenBarzan
let code: string

beforeAll(async () => {
  barzan = await openBarzan()
  const { rows } = await barzan.database.pool.query<{ code: string }>(
    `select code from land.parcels where status = 'current' and land_use = 'RES' order by parcel_id offset 25 limit 1`,
  )
  code = rows[0]!.code
})
afterAll(() => barzan.close())

it('says which source failed, that this is not a no, and asks again', async () => {
  const { ownerPool } = barzan.database
  await ownerPool.query('revoke select on land.buffers from barzan_app')
  const page = await barzan.openPage()
  await page.goto(`/parcels/${code}`)
  await page.getByText(words('fa', 'parcels_answer_failed')).first().waitFor()
  await page.getByText(words('fa', 'parcels_answer_not_no')).first().waitFor()
  await keepScreen(page, 'sheet-source-failed', { fullPage: true })
  const failed = await page.getByText(words('fa', 'parcels_answer_failed'), { exact: true }).count()

  await ownerPool.query('grant select on land.buffers to barzan_app')
  await page
    .getByRole('button', { name: new RegExp(words('fa', 'parcels_ask_again')) })
    .first()
    .click()
  await page.waitForFunction(
    ([text, before]) =>
      [...document.querySelectorAll('*')].filter((e) => e.children.length === 0 && e.textContent?.trim() === text).length <
      Number(before),
    [words('fa', 'parcels_answer_failed'), failed] as const,
  )
  expect(faults(page)).toEqual([])
  await page.context().close()
})

it('says "no data" where a theme is not covered', async () => {
  await barzan.database.ownerPool.query(`update land.themes set coverage = null where code = 'heritage'`)
  const page = await barzan.openPage()
  await page.goto(`/parcels/${code}`)
  await page.getByText(words('fa', 'parcels_answer_no_data')).first().waitFor()
  await page.context().close()
})

it('prints on paper: one A4 page of the sheet, no controls', async () => {
  const page = await barzan.openPage()
  await page.goto(`/parcels/${code}`)
  await page.waitForLoadState('networkidle')
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByRole('button', { name: words('fa', 'parcels_print_sheet') }).isVisible()).toBe(false)
  const pdf = await page.pdf({ format: 'A4', printBackground: true })
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(2)
  await page.context().close()
})

it('a retired parcel says what became of it', async () => {
  const { rows } = await barzan.database.pool.query<{ code: string; child: string }>(
    `select p.code, c.code as child from land.parcel_lineage join land.parcels p on p.parcel_id = parent_id
     join land.parcels c on c.parcel_id = child_id where p.status = 'retired' and c.status = 'current' order by p.parcel_id limit 1`,
  )
  const [retired] = rows
  expect(retired, 'the city has lineage').toBeDefined()
  const page = await barzan.openPage({ theme: 'dark' })
  await page.goto(`/parcels/${retired!.code}`)
  await page.getByText(words('fa', 'parcels_retired_title')).first().waitFor()
  expect(await page.locator(`a[href="/parcels/${retired!.child}"]`).count()).toBeGreaterThan(0)
  await keepScreen(page, 'sheet-retired', { fullPage: true })
  await page.context().close()
})
