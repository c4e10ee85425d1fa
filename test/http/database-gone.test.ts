import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, openPool } from '#db/connect.ts'
import { createTestDatabase, testUrl, type TestDatabase } from '../database.ts'
import { openTestApp } from './open-app.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('database away: 503 with retry-after; back again without a restart', async () => {
  const pool = openPool(database.url, { size: 2 })
  const { app, ask } = await openTestApp({ url: database.url, pool, db: createDb(pool) })
  const admin = openPool(testUrl('postgres', 'postgres'), { size: 1 })
  const name = /\/(test_\w+)/.exec(database.url)![1]!
  expect((await ask('/readyz')).status).toBe(200)

  await admin.query(`alter database ${name} with allow_connections false`)
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  for (const url of ['/readyz', '/api/parcels?q=1-2-3', '/api/municipality', '/api/places?q=a']) {
    const { status, headers, body } = await ask(url)
    expect([url, status, body.code, headers['retry-after']]).toEqual([url, 503, 'database-unavailable', '2'])
  }
  expect((await ask('/healthz')).status).toBe(200)

  await admin.query(`alter database ${name} with allow_connections true`)
  expect((await ask('/readyz')).status).toBe(200)
  expect((await ask('/api/parcels')).status).toBe(200)
  await app.close()
  await pool.end()
  await admin.end()
})

test('no server at all', async () => {
  const pool = openPool('postgres://barzan_app@/nothing?host=/nowhere')
  const { app, ask } = await openTestApp({ url: '', pool, db: createDb(pool) })
  expect((await ask('/readyz')).body.code).toBe('database-unavailable')
  expect((await ask('/api/parcels/1-2-3-4-0-0-0')).status).toBe(503)
  await app.close()
  await pool.end()
})

test('an empty database is migrated but has no city', async () => {
  const { app, ask } = await openTestApp(database)
  expect((await ask('/readyz')).status).toBe(200)
  expect((await ask('/api/municipality')).body.code).toBe('municipality-not-found')
  expect((await ask('/api/parcels')).body).toEqual({ type: 'FeatureCollection', features: [], nextCursor: null })
  expect((await ask('/api/places?q=x')).body).toEqual({ items: [] })
  await app.close()
})
