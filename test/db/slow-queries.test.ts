import { sql } from 'kysely'
import { text } from 'node:stream/consumers'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDb, openPool } from '#db/connect.ts'
import { openSlowQueryLog } from '#db/log-slow-queries.ts'
import { openSidePool } from '#db/side-pool.ts'
import { openPoolWatch } from '#db/watch-pools.ts'
import { createLog } from '#src/kernel/log.ts'
import { createMetrics, type Metrics } from '#src/kernel/metrics.ts'
import { runForRequest } from '#src/kernel/request-context.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { layGrid } from '../land/lay-grid.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await layGrid(database.ownerPool, 100)
})
afterAll(() => database.drop())

const pools: pg.Pool[] = []
afterAll(() => Promise.all(pools.map((pool) => pool.end())))

/** A pool that is watched, and what was logged of it. */
function open(options: { slowQueryMs?: number; size?: number; settings?: string } = {}) {
  const lines: any[] = []
  const log = createLog('warn', { write: (line: string) => void lines.push(JSON.parse(line)) })
  const metrics: Metrics = createMetrics()
  const pool = openPool(database.url, { size: options.size ?? 2 })
  if (options.settings) pool.options.options += ` ${options.settings}`
  openPoolWatch({ metrics, log, slowQueryMs: options.slowQueryMs ?? 50 })('primary', pool)
  pools.push(pool)
  const logged = (count: number) => expect.poll(() => lines.length, { timeout: 5_000 }).toBe(count)
  return { pool, db: createDb(pool), lines, metrics, logged }
}

let watched: ReturnType<typeof open>
beforeEach(() => void (watched = open()))

describe('a slow query is logged', () => {
  test('with its text, rows, request and plan, and without what was asked for', async () => {
    await runForRequest('request-1234', () => watched.pool.query('select pg_sleep(0.1), $1::text as name', ['علی رضایی']))
    await watched.logged(1)
    const [line] = watched.lines
    expect(line).toMatchObject({ level: 40, msg: 'slow query', reqId: 'request-1234', pool: 'primary', rows: 1, limitMs: 50 })
    expect(line.sql).toBe('select pg_sleep(0.1), $1::text as name')
    expect(line.ms).toBeGreaterThanOrEqual(100)
    expect(line.plan['Node Type']).toBe('Result')
    expect(JSON.stringify(line)).not.toMatch(/علی|رضایی/)
  })
  test('by Kysely too, and the name searched for is in no condition of the plan', async () => {
    const find = sql`select pg_sleep(0.1) from land.parcels where kernel.fold_text(code) = ${'رضایی'} or code like ${'%0912345%'} or parcel_id = ${4711}`
    await watched.db.executeQuery(sql`${find} union all select pg_sleep(0.1)`.compile(watched.db))
    await watched.logged(1)
    const line = JSON.stringify(watched.lines[0])
    expect(line).toMatch(/Filter|Cond/)
    expect(line).toContain('parcels')
    expect(line).not.toMatch(/رضایی|0912345|4711/)
  })
  test('within a transaction', async () => {
    await watched.db.transaction().execute((tx) => sql`select pg_sleep(0.1)`.execute(tx))
    await watched.logged(1)
    expect(watched.lines[0].plan).toBeDefined()
  })
  test('when it failed, by its code', async () => {
    await watched.pool.query("set statement_timeout = '80ms'; select pg_sleep(5)").catch(() => undefined)
    await watched.logged(1)
    expect(watched.lines[0]).toMatchObject({ failed: '57014', noPlan: 'no plan', rows: null })
  })
  test('for the request it was run for, though it waited for a connection that another gave back', async () => {
    const narrow = open({ size: 1 })
    await narrow.pool.query('select 1')
    await Promise.all(
      ['request-a', 'request-b', 'request-c'].map((id) =>
        runForRequest(id, () => narrow.pool.query(`select pg_sleep(0.1) as "${id}"`)),
      ),
    )
    await narrow.logged(3)
    for (const line of narrow.lines) expect(line.sql).toContain(line.reqId)
  })
  test('with the plan for any values where statements are planned once', async () => {
    const generic = open({ settings: '-c plan_cache_mode=force_generic_plan' })
    await generic.pool.query({
      name: 'tile',
      text: 'select pg_sleep(0.1) from land.parcels where parcel_id = $1::int union all select pg_sleep(0.1)',
      values: [815],
    })
    await generic.logged(1)
    const line = JSON.stringify(generic.lines[0].plan)
    expect(line).toContain('$1')
    expect(line).not.toContain('815')
    // and nothing is left prepared
    const { rows } = await generic.pool.query(`select name from pg_prepared_statements where name like 'barzan%'`)
    expect(rows).toEqual([])
  })
})

describe('asking for a plan', () => {
  test('changes nothing: a write is planned, not made again', async () => {
    await database.ownerPool.query(
      'create table if not exists public.marks (n int); grant select, insert on public.marks to barzan_app',
    )
    await watched.pool.query('insert into public.marks select $1::int from pg_sleep(0.1)', [7])
    await watched.logged(1)
    expect(watched.lines[0].plan).toMatchObject({ 'Node Type': 'ModifyTable', Operation: 'Insert' })
    expect((await database.ownerPool.query('select count(*) as n from public.marks')).rows[0].n).toBe(1)
  })
  test('never runs a second statement hidden in the text', async () => {
    await database.ownerPool.query(
      'create table if not exists public.traps (n int); grant select, insert on public.traps to barzan_app',
    )
    await watched.pool.query('select pg_sleep(0.1); insert into public.traps values (1)')
    await watched.logged(1)
    expect(watched.lines[0].noPlan).toBe('failed: 42601')
    expect((await database.ownerPool.query('select count(*) as n from public.traps')).rows[0].n).toBe(1)
  })
  test('is done one at a time, once a minute for a statement, and a few times a minute in all', async () => {
    const lines: any[] = []
    let now = 0
    const log = createLog('warn', { write: (line: string) => void lines.push(JSON.parse(line)) })
    const slow = openSlowQueryLog({ log, slowMs: 1, plansPerMinute: 2, now: () => now })
    const report = (text: string) =>
      slow.report('primary', watched.pool, { text, values: [], rows: 0, ms: 9, error: null, requestId: undefined })
    const outcome = async () => {
      const before = lines.length
      await expect.poll(() => lines.length).toBeGreaterThan(before)
      return lines.at(-1).noPlan ?? 'planned'
    }
    report('select 1')
    report('select 2')
    expect(lines.at(-1).noPlan).toBe('another is being planned')
    expect(await outcome()).toBe('planned')
    report('select 1')
    expect(lines.at(-1).noPlan).toBe('planned lately')
    report('select 2')
    expect(await outcome()).toBe('planned')
    report('select 3')
    expect(lines.at(-1).noPlan).toBe('enough planned')
    now = 60_000
    report('select 1')
    expect(await outcome()).toBe('planned')
  })
  test('leaves the pool whole when the pool has been closed meanwhile', async () => {
    const closing = open()
    await closing.pool.query('select pg_sleep(0.1)')
    await closing.pool.end()
    pools.splice(pools.indexOf(closing.pool), 1)
    await closing.logged(1)
    expect(closing.lines[0].msg).toBe('slow query')
  })
})

test('quick queries and COPY are not logged, nor any with the limit at 0', async () => {
  await watched.pool.query('select 1')
  const client = await watched.pool.connect()
  const copied = await text(client.query(copyTo('copy (select pg_sleep(0.1), 7) to stdout')))
  client.release()
  expect(copied).toContain('7')
  const off = open({ slowQueryMs: 0 })
  await off.pool.query('select pg_sleep(0.1)')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect([watched.lines, off.lines]).toEqual([[], []])
})

test('a pool beside a watched one is watched by both names', async () => {
  const beside = openSidePool(watched.pool, { size: 1, name: 'barzan tiles', timeoutMs: 5_000 })
  await beside.query('select pg_sleep(0.1)')
  await watched.logged(1)
  await beside.end()
  expect(watched.lines[0]).toMatchObject({ pool: 'primary barzan tiles', plan: { 'Node Type': 'Result' } })
  expect(await watched.metrics.metrics()).toContain('barzan_database_query_seconds_count{pool="primary barzan tiles"}')
})

test('connections, queries and failures are measured by pool', async () => {
  await Promise.all([watched.pool.query('select pg_sleep(0.01)'), watched.pool.query('select nonsense').catch(() => undefined)])
  const told = await watched.metrics.metrics()
  expect(told).toContain('barzan_database_connections{pool="primary",state="idle"} 1') // the pool drops a connection whose query failed
  expect(told).toContain('barzan_database_connections{pool="primary",state="most"} 2')
  expect(told).toContain('barzan_database_query_seconds_count{pool="primary"} 2')
  expect(told).toContain('barzan_database_query_failures_total{pool="primary",class="42"} 1')
})
