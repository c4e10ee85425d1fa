import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#src/kernel/config.ts'
import { createMetrics } from '#src/kernel/metrics.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { layGrid } from '../land/lay-grid.ts'
import { openTestApp } from './open-app.ts'

const TOKEN = 'a-token-for-this-test'
const asAdmin = { authorization: `Bearer ${TOKEN}` }

let database: TestDatabase
let app: Awaited<ReturnType<typeof openTestApp>>['app']
beforeAll(async () => {
  database = await createTestDatabase()
  await layGrid(database.ownerPool, 50)
  ;({ app } = await openTestApp(database, { config: readConfig({ BARZAN_ADMIN_TOKEN: TOKEN, BARZAN_LOG: 'silent' }) }))
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

async function read(): Promise<string> {
  const answer = await app.inject({ url: '/metrics', headers: asAdmin })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(answer.headers['cache-control']).toBe('no-store')
  return answer.payload
}

describe('/metrics is not open to the world', () => {
  test.each([
    ['nothing', {}],
    ['a wrong token', { authorization: 'Bearer a-token-for-this-tesT' }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('%s is refused', async (_name, headers) => {
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await app.inject({ method, url: '/metrics', headers })
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="barzan"'])
      expect(answer.payload).not.toContain('barzan_http')
    }
  })
  test('nor to anybody where no token is set', async () => {
    const closed = await openTestApp(database)
    for (const headers of [{}, asAdmin, { authorization: 'Bearer null' }, { authorization: 'Bearer ' }]) {
      expect((await closed.app.inject({ url: '/metrics', headers })).statusCode).toBe(401)
    }
    await closed.app.close()
  })
})

describe('requests', () => {
  test('are counted by the template of their route and the class of their status', async () => {
    await app.inject('/api/parcels/1-1-1')
    await app.inject('/api/parcels/no-such-parcel')
    await app.inject('/api/parcels?limit=-1')
    const text = await read()
    expect(text).toMatch(/barzan_http_request_seconds_count\{method="GET",route="\/api\/parcels\/:code",status="4xx"\} [12]/)
    expect(text).toContain('barzan_http_request_seconds_count{method="GET",route="/api/parcels",status="4xx"} 1')
  })
  test('whatever is asked for, nobody makes new series', async () => {
    const count = async () =>
      (await read()).split('\n').filter((line) => line.startsWith('barzan_http_request_seconds_count')).length
    await app.inject('/nothing')
    const before = await count()
    for (let n = 0; n < 50; n++) {
      await app.inject(`/nothing/${n}`)
      await app.inject({ method: n % 2 ? 'PROPFIND' : 'MKCOL', url: `/nothing/${n}` } as object)
      await app.inject(`/api/parcels/nothing-${n}?secret=${n}`)
    }
    expect((await count()) - before).toBeLessThanOrEqual(2)
    expect(await read()).not.toMatch(/nothing|secret/)
  })
})

test('queries of the requests are measured, and the pool can be watched', async () => {
  const text = await read()
  expect(text).toMatch(/barzan_database_query_seconds_count\{pool="primary"\} \d/)
  expect(text).toMatch(/barzan_database_connections\{pool="primary",state="waiting"\} 0/)
})

test('a process tells of its event loop, memory and garbage collection', async () => {
  const text = await createMetrics({ ofProcess: true }).metrics()
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes', 'nodejs_gc_duration_seconds']) {
    expect(text).toContain(`# TYPE ${name} `)
  }
})
