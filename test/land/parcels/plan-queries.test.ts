import type { CompiledQuery } from 'kysely'
import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DB } from '#db/types.ts'
import { findParcelAt, findParcelId } from '#src/land/parcels/queries.ts'
import { searchParcels } from '#src/land/parcels/search.ts'
import { selectParcels } from '#src/land/parcels/select-parcels.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { layGrid } from '../lay-grid.ts'

let database: TestDatabase
let db: Kysely<DB>
const asked: CompiledQuery[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  await layGrid(database.ownerPool, 20_000)
  db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: database.pool }), log: (event) => void asked.push(event.query) })
})
afterAll(() => database.drop())

/** The plans of everything a question asks the database, as text. */
async function explain(question: () => Promise<unknown>): Promise<string> {
  asked.length = 0
  await question()
  const plans: string[] = []
  for (const { sql, parameters } of [...asked]) {
    const { rows } = await database.pool.query(`explain ${sql}`, parameters as unknown[])
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  return plans.join('\n\n')
}
const search =
  (q: string, bbox: [number, number, number, number] | null = null, limit = 20) =>
  () =>
    searchParcels(db, { q, bbox, limit, cursor: null })

test.each([
  ['a whole code', search('1-1-3-7-0-0-0'), /parcels_code_search/],
  ['the beginning of a code', search('1-1-3'), /parcels_code_search/],
  ['a registration plot', search('پلاک ثبتی 1/106'), /parcels_registration_search/],
  ['all sub-plots of a main', search('ثبتی 1'), /parcels_registration_search/],
  ['a postal code', search('کد پستی 8400839414'), /parcels_postal_search/],
  ['street and plate', search('کوچه نرگس 0 پلاک ۷'), /parcels_street_number/],
  ['words of an address and a plate', search('خیابان ترمه کوچه شهریار پلاک ۱۱'), /parcels_address_words/],
  ['words of an address', search('ترمه شهریار'), /parcels_address_words/],
  ['everything', search(''), /parcels_pkey/],
  ['a box', search('', [51.0005, 32.0862, 51.003, 32.0866]), /parcels_geom_3857/],
  ['a code for the sheet', () => findParcelId(db as never, '1-1-3-7-0-0-0'), /parcels_code_search/],
  ['a point', () => findParcelAt(db as never, [51.01192, 32.0864]), /parcels_geom_3857/],
  ['a small polygon', () => selectParcels(db as never, { polygon: { type: 'Polygon', coordinates: [[[51, 32.0862], [51.003, 32.0862], [51.003, 32.0866], [51, 32.0862]]] } }), /parcels_geom/],
  ['a radius', () => selectParcels(db as never, { point: [51.01192, 32.0864], radiusM: 30 }), /parcels_geom/],
] as const)('%s is answered from an index, without reading all parcels', async (_name, question, index) => {
  const plans = await explain(question)
  expect(plans).toMatch(index)
  expect(plans).not.toMatch(/Seq Scan on parcels/)
}) // prettier-ignore

test.each([
  ['the beginning of a code', search('1-1')],
  ['all sub-plots of a main', search('ثبتی 1')],
  ['everything', search('')],
])('the page of %s is read in the order of its index, not sorted', async (_name, question) => {
  const page = (await explain(question)).split('Sort Key: p.').length
  const found = (await explain(question)).match(/CTE found[\s\S]*?(?=\n  ->)/)?.[0] ?? ''
  expect(page).toBeGreaterThan(0)
  expect(found).not.toMatch(/Sort/)
})
