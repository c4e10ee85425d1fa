import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { cancelQuery } from '#db/cancel-query.ts'
import { createDb, openPool } from '#db/connect.ts'
import { bringUpToDate } from '#db/migrate.ts'
import { openSidePool } from '#db/side-pool.ts'
import { readConfig } from '#src/kernel/config.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openTestApp } from '../http/open-app.ts'
import { startPgBouncer, type PgBouncer } from './pgbouncer.ts'

let database: TestDatabase
let bouncer: PgBouncer
let pool: pg.Pool
let app: FastifyInstance
let ask: Awaited<ReturnType<typeof openTestApp>>['ask']
const TOKEN = 'a-token-for-the-test'

beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  bouncer = await startPgBouncer(inject('socketDir'), /\/(test_\w+)/.exec(database.url)![1]!)
  pool = openPool(bouncer.url, { size: 8, statementTimeoutMs: 1000, pooler: 'transaction' })
  const config = readConfig({
    DATABASE_URL: bouncer.url,
    DATABASE_POOLER: 'transaction',
    BARZAN_LOG: process.env.LOUD ?? 'silent',
    BARZAN_ADMIN_TOKEN: TOKEN,
  })
  ;({ app, ask } = await openTestApp({ url: bouncer.url, pool, db: createDb(pool) }, { config }))
})
afterAll(async () => {
  await app?.close()
  await pool?.end()
  await bouncer?.stop()
  await database?.drop()
})

describe('the application works', () => {
  test('the start finds the database in order', async () => {
    expect(await bringUpToDate({ pool, ownerPool: database.ownerPool })).toEqual([])
    expect(await bringUpToDate({ pool, ownerPool: null })).toEqual([])
  })

  test('search, sheet, plan, themes, selection, export, print, tiles', async () => {
    const { body } = await ask('/api/parcels?limit=5')
    expect(body.features).toHaveLength(5)
    const { code } = body.features[0].properties
    for (const url of ['/readyz', '/api/municipality', '/api/places?q=a', `/api/parcels?q=${code}`, `/api/parcels/${code}`]) {
      expect([url, (await ask(url)).status]).toEqual([url, 200])
    }
    for (const part of ['plan', 'themes']) expect((await ask(`/api/parcels/${code}/${part}`)).status).toBe(200)
    const ids = body.features.map((feature: { id: number }) => feature.id)
    expect((await ask('/api/parcels/rows', { ids })).body.items).toHaveLength(5)
    for (const format of ['geojson', 'gpkg', 'shp', 'dxf', 'csv']) {
      expect((await ask('/api/parcels/export', { ids, format })).status).toBe(200)
    }
    const center = (await ask('/api/municipality')).body.center
    const sheet = await ask('/api/print', { center, scale: 1000, paper: 'a4', orientation: 'portrait', locale: 'fa' })
    expect([sheet.status, sheet.headers['content-type']]).toEqual([200, 'application/pdf'])
  })

  test('tiles of all zooms, many at once on few connections to the server, are those of the server itself', async () => {
    const direct = await openTestApp(database, {
      config: readConfig({ DATABASE_URL: database.url, BARZAN_LOG: 'silent', BARZAN_TILE_STORE: 'off' }),
    })
    const addresses = await listTiles()
    expect(addresses.length).toBeGreaterThan(20)
    const through = await Promise.all(addresses.map((url) => app.inject({ url })))
    const straight = await Promise.all(addresses.map((url) => direct.app.inject({ url })))
    through.forEach((tile, i) => {
      expect([addresses[i], tile.statusCode]).toEqual([addresses[i], straight[i]!.statusCode])
      expect(tile.rawPayload.equals(straight[i]!.rawPayload)).toBe(true)
    })
    expect(through.some((tile) => tile.rawPayload.length > 1000)).toBe(true)
    await direct.app.close()
  })

  test('an edit is stored and read at once', async () => {
    const { body } = await ask('/api/parcels?limit=1')
    const { code, landUse } = body.features[0].properties
    const wanted = landUse === 'COM' ? 'GRN' : 'COM'
    const answer = await app.inject({
      method: 'PATCH',
      url: `/api/parcels/${code}`,
      headers: { authorization: `Bearer ${TOKEN}` },
      payload: { landUse: wanted },
    })
    expect(answer.statusCode, answer.body).toBe(200)
    expect(answer.headers['x-barzan-written']).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
    expect((await ask(`/api/parcels/${code}`)).body.properties.landUse).toBe(wanted)
  })
})

/** Tiles around the middle of the city, at all zooms. */
async function listTiles(): Promise<string[]> {
  const [lon, lat] = (await ask('/api/municipality')).body.center as [number, number]
  return Array.from({ length: 9 }, (_, i) => 8 + i).flatMap((z) => {
    const x = Math.floor(((lon + 180) / 360) * 2 ** z)
    const y = Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** z)
    return [-1, 0, 1].map((dx) => `/tiles/land/${z}/${x + dx}/${y}.mvt`)
  })
}

describe('settings hold although there is no session', () => {
  const show = `select current_setting('jit') as jit, current_setting('statement_timeout') as timeout`

  test('for each statement, in a transaction, with and without values, of several statements', async () => {
    const held = { jit: 'off', timeout: '1s' }
    expect((await pool.query(show)).rows).toEqual([held])
    expect((await pool.query(`${show} where $1`, [true])).rows).toEqual([held])
    expect((await pool.query({ name: 'kept', text: `${show} where $1`, values: [true], rowMode: 'array' })).rows).toEqual([
      ['off', '1s'],
    ])
    expect(((await pool.query(`select 1; ${show}`)) as unknown as pg.QueryResult[]).map(({ rows }) => rows)).toEqual([
      [{ '?column?': 1 }],
      [held],
    ])
    const inTransaction = await createDb(pool)
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => [(await sql.raw(show).execute(tx)).rows, (await sql.raw(show).execute(tx)).rows])
    expect(inTransaction).toEqual([[held], [held]])
  })

  test('and are not left to whoever comes next on the connection', async () => {
    const side = openSidePool(pool, {
      size: 4,
      name: 'test',
      timeoutMs: 321,
      settings: { plan_cache_mode: 'force_generic_plan' },
    })
    const rounds = Array.from({ length: 40 }, async (_, i) => {
      const { rows } = await (i % 2 ? side : pool).query(
        `select current_setting('statement_timeout') as timeout, current_setting('plan_cache_mode') as plan, pg_sleep(0.005)`,
      )
      expect([rows[0].timeout, rows[0].plan]).toEqual(i % 2 ? ['321ms', 'force_generic_plan'] : ['1s', 'auto'])
    })
    await Promise.all(rounds)
    const bare = openPool(bouncer.url, { size: 3, pooler: 'transaction' })
    for (let i = 0; i < 6; i++) expect((await bare.query(show)).rows).toEqual([{ jit: 'off', timeout: '0' }])
    await Promise.all([side.end(), bare.end()])
  })

  test('so a slow statement is stopped by the server, alone and in a transaction', async () => {
    const slow = sql`select pg_sleep(5)`
    const db = createDb(pool)
    const startedAt = performance.now()
    await expect(slow.execute(db)).rejects.toMatchObject({ code: '57014' })
    await expect(db.transaction().execute((tx) => slow.execute(tx))).rejects.toMatchObject({ code: '57014' })
    await expect(pool.query('select 1; select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' })
    expect(performance.now() - startedAt).toBeLessThan(4500)
  })

  test('a failure is told, and the connection serves on', async () => {
    await expect(pool.query('select 1/$1::int', [0])).rejects.toMatchObject({ code: '22012' })
    await expect(pool.query('select nothing')).rejects.toMatchObject({ code: '42703' })
    expect((await pool.query('select $1::int as one', [1])).rows).toEqual([{ one: 1 }])
    const { rows, rowCount, command } = await pool.query('select 1 as one where $1', [false])
    expect({ rows, rowCount, command }).toEqual({ rows: [], rowCount: 0, command: 'SELECT' })
  })

  test('without being told of the pooler nothing works, and the reason is told', async () => {
    const untold = openPool(bouncer.url, { size: 1 })
    await expect(untold.query('select 1')).rejects.toThrow(/options/)
    await expect(bringUpToDate({ pool: untold, ownerPool: null })).rejects.toThrow('set DATABASE_POOLER=transaction')
    await expect(bringUpToDate({ pool, ownerPool: untold })).rejects.toThrow('let it lead to PostgreSQL itself')
    await untold.end()
  })
})

describe('cancelling', () => {
  /** Cancel long queries in their middle, and short ones about when they end; then ask something that a late request would hit. */
  async function cancelMany(client: pg.PoolClient): Promise<number> {
    let cancelled = 0
    for (let i = 0; i < 80; i++) {
      const isLong = i % 4 === 0
      const answer = client.query('select pg_sleep($1::float8)', [isLong ? 1 : 0.001]).then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
      await sleep(isLong ? 5 : i % 3)
      const asked = cancelQuery(client)
      const outcome = await answer
      expect(await asked).toBe(true)
      expect(isLong ? ['57014'] : ['done', '57014']).toContain(outcome)
      if (outcome === '57014') cancelled++
      expect((await client.query('select $1::int as next, pg_sleep(0.01)', [i])).rows[0].next).toBe(i)
    }
    return cancelled
  }

  test('reaches the query, and never the next one, nor that of anybody else', async () => {
    const others = Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 100; i++) expect((await pool.query('select $1::int as i, pg_sleep(0.001)', [i])).rows[0].i).toBe(i)
    })
    const client = await pool.connect()
    expect(await cancelMany(client)).toBeGreaterThanOrEqual(20)
    client.release()
    await Promise.all(others)
  })

  test('the same straight to PostgreSQL', async () => {
    const client = await database.pool.connect()
    expect(await cancelMany(client)).toBeGreaterThanOrEqual(20)
    client.release()
  })

  test('a server that is not there is told apart', async () => {
    const nowhere = { host: '/nowhere', port: 1, processID: 1, secretKey: 1 } as unknown as pg.ClientBase
    expect(await cancelQuery(nowhere)).toBe(false)
  })
})
