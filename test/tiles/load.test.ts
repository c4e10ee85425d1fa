import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { TileRouteOptions } from '../../tiles/serve.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { HAMLET, loadHamlet, openTileApp } from './open-tile-app.ts'

// A lock on the table of findings holds up every tile of the set `plan` for as long as a test wants.
const HELD = `/tiles/plan/${HAMLET[16]}.mvt`
const ALSO_HELD = `/tiles/plan/${HAMLET[15]}.mvt`
const THIRD_HELD = `/tiles/plan/${HAMLET[14]}.mvt`
const FREE = `/tiles/labels/${HAMLET[16]}.mvt`

let database: TestDatabase
let app: FastifyInstance | undefined
let release: (() => Promise<void>) | undefined
beforeAll(async () => {
  database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
})
afterEach(async () => {
  await release?.()
  await app?.close()
  release = app = undefined
})
afterAll(() => database?.drop())

async function listen(options: Partial<TileRouteOptions> = {}): Promise<string> {
  app = await openTileApp({ pool: database.pool, ...options })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

async function holdUp() {
  const client = await database.ownerPool.connect()
  await client.query('begin; lock table land.findings in access exclusive mode')
  release = async () => {
    release = undefined
    await client.query('rollback')
    client.release()
  }
}

/** Tile queries under way in PostgreSQL; a role sees the state of its own only. */
async function countRunning(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where application_name = 'barzan-tiles' and state = 'active' and datname = current_database()`,
  )
  return rows[0]!.count
}

const waitForRunning = (count: number) => expect.poll(countRunning, { timeout: 4000, interval: 20 }).toBe(count)

test('the same tile asked for by many is made once', async () => {
  const origin = await listen()
  await holdUp()
  const answers = Array.from({ length: 8 }, (_, index) =>
    fetch(origin + HELD, { headers: { 'accept-encoding': index % 2 ? 'gzip' : 'br' } }),
  )
  await waitForRunning(1)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await countRunning()).toBe(1)
  await release!()
  const bodies = await Promise.all(answers.map(async (answer) => Buffer.from(await (await answer).arrayBuffer())))
  expect(bodies[0]!.length).toBeGreaterThan(100)
  for (const body of bodies) expect(body).toEqual(bodies[0])
})

test('a tile that everyone has given up is cancelled in PostgreSQL, and its connection serves on', async () => {
  const origin = await listen({ connections: 1 })
  await holdUp()
  const leaving = new AbortController()
  const both = [fetch(origin + HELD, { signal: leaving.signal }), fetch(origin + HELD, { signal: leaving.signal })]
  await waitForRunning(1)
  leaving.abort()
  for (const one of both) await expect(one).rejects.toThrow(/abort/)
  await waitForRunning(0) // although the lock is still held
  const answer = await fetch(origin + FREE)
  expect(answer.status).toBe(200)
})

test('a tile that someone still waits for is not cancelled', async () => {
  const origin = await listen({ connections: 1 })
  await holdUp()
  const leaving = new AbortController()
  const staying = fetch(origin + HELD)
  const gone = fetch(origin + HELD, { signal: leaving.signal })
  await waitForRunning(1)
  leaving.abort()
  await expect(gone).rejects.toThrow(/abort/)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await countRunning()).toBe(1)
  await release!()
  expect((await staying).status).toBe(200)
})

test('a tile abandoned while it waits for its turn is never begun', async () => {
  const origin = await listen({ connections: 1 })
  await holdUp()
  const first = fetch(origin + HELD)
  await waitForRunning(1)
  const leaving = new AbortController()
  const second = fetch(origin + ALSO_HELD, { signal: leaving.signal })
  await new Promise((resolve) => setTimeout(resolve, 100))
  leaving.abort()
  await expect(second).rejects.toThrow(/abort/)
  await release!()
  expect((await first).status).toBe(200)
  await waitForRunning(0)
})

test('more than can wait are sent away with a time to come back', async () => {
  const origin = await listen({ connections: 1, queueLimit: 1 })
  await holdUp()
  const first = fetch(origin + HELD)
  await waitForRunning(1)
  const others = [fetch(origin + ALSO_HELD), fetch(origin + THIRD_HELD)]
  const refused = await Promise.race(others) // whichever came second: the other one waits
  expect(refused.status).toBe(503)
  expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.headers.get('cache-control')).toBe('no-store')
  expect(await refused.json()).toMatchObject({ code: 'busy' })
  await release!()
  const statuses = (await Promise.all([first, ...others])).map((answer) => answer.status)
  expect(statuses.sort()).toEqual([200, 200, 503])
})

test('a tile that takes too long is given up', async () => {
  const origin = await listen({ connections: 1, timeoutMs: 200 })
  await holdUp()
  expect((await fetch(origin + HELD)).status).toBe(503)
  expect((await fetch(origin + FREE)).status).toBe(200)
})

test('connections that PostgreSQL ends are replaced', async () => {
  const origin = await listen({ connections: 1 })
  expect((await fetch(origin + FREE)).status).toBe(200)
  await holdUp()
  const during = fetch(origin + HELD)
  await waitForRunning(1)
  const killed = await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'barzan-tiles' and datname = current_database()`,
  )
  expect(killed.rowCount).toBe(1)
  expect((await during).status).toBe(503)
  expect((await fetch(origin + FREE)).status).toBe(200)
})
