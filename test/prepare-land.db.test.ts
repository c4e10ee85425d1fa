import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from '#db/connect.ts'
import { readConfig } from '#src/kernel/config.ts'
import { prepareLand } from '#src/prepare-land.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { openTestApp } from './http/open-app.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('two servers that start together on one empty database make one city, and both answer', async () => {
  const config = readConfig({ BARZAN_CITY_PARCELS: '200' })
  const { signal } = new AbortController()
  const other = { pool: openPool(database.url), ownerPool: openPool(database.ownerUrl, { size: 4 }) }
  await Promise.all([prepareLand(config, database, signal), prepareLand(config, other, signal)])
  const { rows } = await database.pool.query(
    `select count(*)::int as cities, (select count(*)::int from land.parcels) as parcels from land.municipalities`,
  )
  expect(rows[0].cities).toBe(1)
  expect(rows[0].parcels).toBeGreaterThan(150)

  const servers = [await openTestApp(database), await openTestApp({ ...database, pool: other.pool })]
  const answers = await Promise.all(servers.map(({ ask }) => ask('/api/parcels?limit=500')))
  expect(answers[0]!.body).toEqual(answers[1]!.body)
  await Promise.all(servers.map(({ app }) => app.close()))
  await Promise.all([other.pool.end(), other.ownerPool.end()])
})

test('a city that is there is left as it is', async () => {
  const before = await database.pool.query('select count(*) from land.parcels')
  await prepareLand(readConfig({ BARZAN_CITY_PARCELS: '500' }), database, new AbortController().signal)
  expect((await database.pool.query('select count(*) from land.parcels')).rows).toEqual(before.rows)
})

test('without an owner a schema that is behind is told, with what to run', async () => {
  const behind = await createTestDatabase()
  await behind.ownerPool.query(`delete from public.schema_migrations where name like '0040%'`)
  await expect(prepareLand(readConfig({}), { pool: behind.pool, ownerPool: null }, new AbortController().signal)).rejects.toThrow(
    /npm run migrate/,
  )
  await behind.drop()
})
