import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool, withDatabase } from '#db/connect.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'

describe('openPool', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  test('gives plain values', async () => {
    const { rows } = await database.pool.query(
      `select 42::bigint as id, '2026-11-24'::date as day, 12345678901234.56::numeric as amount, '2026-11-24T05:30:00Z'::timestamptz as instant, null::bigint as nothing`,
    )
    expect(rows).toEqual([
      { id: 42, day: '2026-11-24', amount: '12345678901234.56', instant: new Date('2026-11-24T05:30:00Z'), nothing: null },
    ])
  })

  test('refuses a bigint that a number cannot hold', async () => {
    await expect(database.pool.query('select 9007199254740993::bigint as id')).rejects.toThrow('too large for a number')
  })

  test('outlives the end of its connections', async () => {
    const pool = openPool(database.url, { size: 2 })
    await pool.query('select 1')
    await database.ownerPool
      .query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      )
      .catch(() => undefined)
    const { rows } = await pool.query('select 1 as one')
    expect(rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  test('a database that does not answer is an error, not a wait', async () => {
    const pool = openPool('postgres://nobody@127.0.0.1:9/none')
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await pool.end()
  })
})

describe('withDatabase', () => {
  test('a given server: no owner unless named, pools closed afterwards, errors passed on', async () => {
    const database = await createTestDatabase()
    const config = { databaseUrl: database.url, databaseOwnerUrl: null, dataDir: '' }
    const seen = await withDatabase(config, async ({ pool, ownerPool, isPrivate }) => ({ pool, ownerPool, isPrivate }))
    expect(seen).toMatchObject({ ownerPool: null, isPrivate: false })
    expect(seen.pool.ended).toBe(true)
    await expect(
      withDatabase({ ...config, databaseOwnerUrl: database.ownerUrl }, () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no')
    await database.drop()
  })
})
