import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDb, openPool } from '#db/connect.ts'
import { buildApp } from '#src/http/app.ts'
import { readConfig } from '#src/kernel/config.ts'
import { createLog } from '#src/kernel/log.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { layGrid } from '../land/lay-grid.ts'

const TOKEN = 'a-token-for-this-test'

let database: TestDatabase
let pool: ReturnType<typeof openPool>
let app: Awaited<ReturnType<typeof buildApp>>
const lines: any[] = []
beforeAll(async () => {
  database = await createTestDatabase()
  await layGrid(database.ownerPool, 200)
  pool = openPool(database.url, { size: 2 })
  app = await buildApp({
    config: { ...readConfig({ BARZAN_ADMIN_TOKEN: TOKEN }), slowQueryMs: 0.001 },
    db: createDb(pool),
    pool,
    log: createLog('debug', { write: (line: string) => void lines.push(JSON.parse(line)) }),
    pages: (_req, res) => void res.end('page'),
  })
})
afterAll(async () => {
  await app.close()
  await pool.end()
  await database.drop()
})
beforeEach(() => void (lines.length = 0))

/** The lines of one request, once its own has come and `least` others with it. */
async function linesOf(id: string, least = 0): Promise<any[]> {
  const own = () => lines.filter((line) => line.reqId === id)
  await expect.poll(() => own().length, { timeout: 5_000 }).toBeGreaterThan(least)
  await expect.poll(() => own().some((line) => line.msg === 'request')).toBe(true)
  return own()
}

describe('each request is one line', () => {
  test.each([
    ['/healthz?secret=1', '/healthz', 200],
    ['/api/parcels/1-2-3?secret=1', '/api/parcels/:code', 404],
    ['/api/parcels?limit=-1&secret=1', '/api/parcels', 400],
    ['/api/nothing?secret=1', null, 404],
    ['/map?secret=1', '/*', 200],
    ['/metrics?secret=1', '/metrics', 401],
  ])('%s', async (url, route, status) => {
    const id = `id-of${url.replace(/\W/g, '-')}`
    expect((await app.inject({ url, headers: { 'x-request-id': id } })).headers['x-request-id'] ?? id).toBe(id)
    const own = (await linesOf(id)).filter((line) => line.msg === 'request')
    expect(own).toHaveLength(1)
    expect(own[0]).toMatchObject({
      level: 30,
      method: 'GET',
      path: url.split('?')[0],
      route,
      status,
      reqId: id,
    })
    expect(own[0].ms).toBeGreaterThan(0)
    expect(own[0].time).toMatch(/^\d{4}-\d{2}-\d{2}T/)
  })
})

test('a slow query is a line of the request that asked, read from its address or its body', async () => {
  await app.inject({ url: '/api/parcels?q=12', headers: { 'x-request-id': 'id-of-a-search' } })
  expect((await linesOf('id-of-a-search', 1)).map((line) => line.msg)).toContain('slow query')
  await app.inject({
    method: 'POST',
    url: '/api/parcels/rows',
    payload: { ids: [1, 2] },
    headers: { 'x-request-id': 'id-of-a-body' },
  })
  expect((await linesOf('id-of-a-body', 1)).map((line) => line.msg)).toContain('slow query')
})

test('nothing that a person typed, sent or proved himself with is ever logged', async () => {
  const secrets = ['رضایی', 'Secretname', '0912345678', TOKEN, 'wrong-token-shown', 'cookie-of-someone']
  const headers = { 'x-request-id': 'id-of-secrets', cookie: 'session=cookie-of-someone', authorization: `Bearer ${TOKEN}` }
  for (const secret of secrets) {
    const q = encodeURIComponent(secret)
    await app.inject({ url: `/api/parcels?q=${q}`, headers })
    await app.inject({ url: `/api/places?q=${q}`, headers })
    await app.inject({ url: `/map?q=${q}`, headers })
    await app.inject({ url: `/api/nothing?q=${q}`, headers })
    await app.inject({ url: `/metrics?q=${q}`, headers: { ...headers, authorization: 'Bearer wrong-token-shown' } })
    await app.inject({ method: 'POST', url: '/api/parcels/select', payload: { q: secret, ids: secret }, headers })
    await app.inject({
      method: 'POST',
      url: '/api/parcels/rows',
      payload: `{"${secret}`,
      headers: { ...headers, 'content-type': 'application/json' },
    })
  }
  await expect
    .poll(() => lines.filter((line) => line.msg === 'slow query' && line.plan).length, { timeout: 5_000 })
    .toBeGreaterThan(1)
  const text = JSON.stringify(lines)
  expect(lines.filter((line) => line.msg === 'request').length).toBe(secrets.length * 7)
  for (const secret of secrets) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(encodeURIComponent(secret))
  }
})

describe('a fault', () => {
  test('is a line of its request, and values in the database’s words are masked', async () => {
    const broken = await openBroken()
    await broken.app.inject({ url: '/broken', headers: { 'x-request-id': 'id-of-a-fault' } })
    await expect.poll(() => broken.lines.map((line) => line.msg)).toEqual(['request failed', 'request'])
    for (const line of broken.lines) expect(line.reqId).toBe('id-of-a-fault')
    const [failed] = broken.lines
    expect(failed).toMatchObject({ level: 50, code: 'internal', err: { type: 'DatabaseError', code: '22P02' } })
    expect(failed.err.message).toBe('invalid input syntax for type bigint: "…"')
    expect(JSON.stringify(broken.lines)).not.toContain('Secretname')
    await broken.app.close()
  })
})

test('at the level of production a request that goes well writes nothing', async () => {
  const quiet: string[] = []
  const app = await buildApp({
    config: readConfig({}),
    db: database.db,
    pool: database.pool,
    log: createLog('warn', { write: (line: string) => void quiet.push(line) }),
  })
  await app.inject('/api/parcels?limit=1')
  await app.inject('/api/nothing')
  await app.close()
  expect(quiet).toEqual([])
})

/** An application with a route whose query fails by what was typed. */
async function openBroken() {
  const lines: any[] = []
  const app = await buildApp({
    config: readConfig({}),
    db: database.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async () => {
        await database.pool.query('select $1::text::bigint', ['Secretname'])
        throw new Error('unreachable')
      },
    }),
    pool: database.pool,
    log: createLog('info', { write: (line: string) => void lines.push(JSON.parse(line)) }),
  })
  return {
    app: {
      inject: (options: { url: string; headers: Record<string, string> }) => app.inject({ ...options, url: '/api/parcels' }),
      close: () => app.close(),
    },
    lines,
  }
}
