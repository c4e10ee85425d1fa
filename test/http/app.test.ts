import { gunzipSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchInside } from '#src/http/inside-fetch.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { layGrid } from '../land/lay-grid.ts'
import { openTestApp } from './open-app.ts'

let database: TestDatabase
let app: Awaited<ReturnType<typeof openTestApp>>['app']
let ask: Awaited<ReturnType<typeof openTestApp>>['ask']

beforeAll(async () => {
  database = await createTestDatabase()
  await layGrid(database.ownerPool, 200)
  ;({ app, ask } = await openTestApp(database))
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

describe('health', () => {
  test('alive and ready', async () => {
    expect((await ask('/healthz')).body).toEqual({ status: 'ok' })
    expect((await ask('/readyz')).body).toEqual({ status: 'ok' })
  })
  test('not ready while the land is being prepared, though alive', async () => {
    let isPrepared = false
    const preparing = await openTestApp(database, { isPrepared: () => isPrepared })
    expect((await preparing.ask('/healthz')).status).toBe(200)
    const waiting = await preparing.ask('/readyz')
    expect([waiting.status, waiting.body.code, waiting.headers['retry-after']]).toEqual([503, 'not-ready', '2'])
    isPrepared = true
    expect((await preparing.ask('/readyz')).status).toBe(200)
    await preparing.app.close()
  })
})

describe('problems', () => {
  test('an unknown address is a problem in both languages', async () => {
    const { status, headers, body } = await ask('/api/nothing?secret=1')
    expect(status).toBe(404)
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(body).toMatchObject({ type: 'urn:barzan:problem:not-found', status: 404, instance: '/api/nothing' })
    expect(body.titleFa).toMatch(/[آ-ی]/)
    expect(JSON.stringify(body)).not.toContain('secret')
  })
  test.each([
    ['not JSON', '{', 'application/json', 400, 'bad-request'],
    ['nothing', '', 'application/json', 400, 'bad-request'],
    ['another type', 'a=1', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['two megabytes', JSON.stringify({ ids: 'x'.repeat(2_000_000) }), 'application/json', 413, 'too-large'],
    ['a prototype', '{"__proto__":{"ids":[1]}}', 'application/json', 400, 'bad-request'],
  ])('a body of %s', async (_name, payload, type, status, code) => {
    const answer = await app.inject({ method: 'POST', url: '/api/parcels/rows', payload, headers: { 'content-type': type } })
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  })
  test.each(['/api/parcels/%ff', `/api/parcels/${'1'.repeat(300)}`])(
    'so is one that no route may read: %.20s',
    async (address) => {
      const { status, headers, body } = await ask(address)
      expect([status, headers['content-type'], body.code]).toEqual([
        400,
        'application/problem+json; charset=utf-8',
        'bad-request',
      ])
      expect(body.detailFa).toMatch(/نشانی/)
    },
  )
  test('what breaks inside is not told outside', async () => {
    const broken = await openTestApp({ ...database, db: brokenDb('relation "land.secret" does not exist') })
    const { status, body } = await broken.ask('/api/parcels')
    expect([status, body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(body)).not.toMatch(/secret|relation|select/)
    await broken.app.close()
  })
})

describe('headers', () => {
  test('of every answer', async () => {
    for (const url of ['/healthz', '/api/parcels', '/api/nothing']) {
      const { headers } = await ask(url)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'strict-origin-when-cross-origin',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      })
      expect(headers['permissions-policy']).toContain('geolocation=(self)')
      expect(headers['x-request-id']).toMatch(/^[\w-]{8,}$/)
      expect(headers['server'] ?? headers['x-powered-by']).toBeUndefined()
    }
  })
  test('pages get them too, and their bodies unread', async () => {
    const seen: string[] = []
    const paged = await openTestApp(database, {
      pages: (req, res) => {
        req.on('data', (chunk: Buffer) => seen.push(chunk.toString())).on('end', () => res.end('page'))
      },
    })
    const page = await paged.app.inject({
      method: 'POST',
      url: '/any',
      payload: 'a=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect([page.statusCode, page.payload, page.headers['x-frame-options'], seen]).toEqual([200, 'page', 'DENY', ['a=1']])
    expect((await paged.app.inject('/api/nothing')).json().code).toBe('not-found')
    await paged.app.close()
  })
  test('large answers are compressed as the client likes', async () => {
    const plain = (await app.inject('/api/parcels?limit=50')).payload
    for (const [accept, unpack] of [
      ['gzip', gunzipSync],
      ['br, gzip', brotliDecompressSync],
    ] as const) {
      const packed = await app.inject({ url: '/api/parcels?limit=50', headers: { 'accept-encoding': accept } })
      expect(packed.headers['vary']).toBe('Accept-Encoding')
      expect(packed.rawPayload.length).toBeLessThan(plain.length / 3)
      expect(unpack(packed.rawPayload).toString()).toBe(plain)
    }
  })
})

describe('the description of the API', () => {
  test('is OpenAPI 3.1 and describes every address of the contract', async () => {
    const api = (await app.inject('/api/openapi.json')).json()
    expect(api.openapi).toBe('3.1.0')
    expect(Object.keys(api.paths)).toEqual(
      expect.arrayContaining([
        '/healthz', '/readyz', '/api/parcels', '/api/parcels/{code}', '/api/parcels/{code}/plan', '/api/parcels/{code}/themes',
        '/api/parcels/at', '/api/parcels/select', '/api/parcels/rows', '/api/parcels/export', '/api/measure', '/api/print',
        '/api/municipality', '/api/places', '/api/places/{kind}/{id}', '/tiles/{set}.json', '/tiles/{set}/{z}/{x}/{y}.mvt',
      ]),
    ) // prettier-ignore
  })
  test('every operation says what it answers, problems included, and every reference leads somewhere', async () => {
    const text = (await app.inject('/api/openapi.json')).payload
    const api = JSON.parse(text)
    for (const [path, methods] of Object.entries<Record<string, any>>(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const name = `${method} ${path}`
        expect(operation.summary, name).toBeTruthy()
        expect(operation.responses['500'], name).toBeDefined()
        if (method === 'post') expect(operation.requestBody, name).toBeDefined()
        for (const part of path.match(/\{\w+\}/g) ?? []) {
          expect(
            operation.parameters.map((parameter: { name: string }) => `{${parameter.name}}`),
            name,
          ).toContain(part)
        }
      }
    }
    for (const [, id] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
      expect(Object.keys(api.components.schemas)).toContain(id!.replace('#/components/schemas/', ''))
    }
  })
  test('the page for people has no script and asks no other host', async () => {
    const page = await app.inject('/api/docs')
    expect(page.statusCode).toBe(200)
    expect(page.payload).not.toMatch(/<script|https?:\/\//)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect((await app.inject('/api/docs.css')).headers['content-type']).toBe('text/css; charset=utf-8')
  })
})

test('a page rendered on the server asks the API inside the process', async () => {
  const inner = await openTestApp(database)
  const answer = await fetchInside(
    new Request('http://here/api/parcels/rows', {
      method: 'POST',
      body: '{"ids":[]}',
      headers: { 'content-type': 'application/json' },
    }),
    'http://here',
  )
  expect([answer?.status, await answer?.json()]).toEqual([200, { items: [] }])
  expect(await fetchInside(new Request('http://elsewhere/api/parcels'), 'http://here')).toBeNull()
  expect(await fetchInside(new Request('http://here/map'), 'http://here')).toBeNull()
  await inner.app.close()
  expect(await fetchInside(new Request('http://here/api/parcels'), 'http://here')).toBeNull()
})

/** A Kysely whose every query fails with this message. */
function brokenDb(message: string): TestDatabase['db'] {
  return database.db.withPlugin({
    transformQuery: () => {
      throw new Error(message)
    },
    transformResult: (args) => Promise.resolve(args.result),
  })
}
