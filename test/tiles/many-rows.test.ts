import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { loadHamlet } from './open-tile-app.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
  await database.ownerPool.query(`
    begin; set local barzan.bulk = 'on';
    insert into land.parcels (parcel_id, municipality_id, code, land_use, house_number, geom)
    select 100 + n, 1, 'many-' || n, 'COM', '۱', ST_Multi(ST_MakeEnvelope(536000 + n % 100, 3584000 + n / 100, 536000.9 + n % 100, 3584000.9 + n / 100, 32639))
    from generate_series(1, 12000) n; commit`)
})
afterAll(() => database?.drop())

test('thousands of rows after a single one, in the same session: noted in time, and nothing for what is not drawn', async () => {
  const client = await database.ownerPool.connect()
  try {
    await client.query(`begin; set local statement_timeout = '15s'; set constraints all deferred`)
    for (const code of ['many-1', 'many-2'])
      await client.query(`update land.parcels set land_use = 'GRN' where code = $1`, [code])
    await client.query('delete from tiles.changes')
    await client.query(`update land.parcels set deed_area_m2 = 5 where code like 'many-%'`)
    const count = async () =>
      (await client.query<{ count: number }>('select count(*)::int as count from tiles.changes')).rows[0]!.count
    expect(await count()).toBe(0)
    await client.query(`update land.parcels set land_use = 'GRN' where code like 'many-%' and land_use = 'COM'`)
    expect(await count()).toBeGreaterThan(0)
    await client.query('rollback')
  } finally {
    client.release(true)
  }
})
