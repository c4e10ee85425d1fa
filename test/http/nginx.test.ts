import { once } from 'node:events'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findCacheDeadline } from '#tiles/cache-deadline.ts'
import { askRaw } from '../ask-raw.ts'
import { startNginx, type RunningNginx } from '../start-nginx.ts'

// nginx with our configuration before a server that notes what comes to it and answers as the test says.

const TOKEN = 'a-word-between-us-and-nginx'

let upstream: Server
let nginx: RunningNginx
let seen: IncomingMessage[] = []
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeAll(async () => {
  upstream = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  nginx = await startNginx({ upstreams: [(upstream.address() as AddressInfo).port], token: TOKEN })
})
afterAll(async () => {
  await nginx.stop()
  upstream.closeAllConnections()
  upstream.close()
})
let round = 0
beforeEach(() => {
  seen = []
  round++
  answer = sendTile(`tile ${round}`)
})

/** As Barzan answers: kept until the end of this second, or not at all. */
function sendTile(body: string, keptFor: 'long' | 'not' | 'as-barzan' = 'long') {
  return (request: IncomingMessage, response: ServerResponse) => {
    const etag = `"${body}${request.headers['accept-encoding'] === 'gzip' ? '-gz' : ''}"`
    const now = Math.floor(Date.now() / 1000)
    response.setHeader('etag', etag)
    response.setHeader('vary', 'Accept-Encoding')
    response.setHeader('cache-control', 'public, max-age=0, must-revalidate')
    response.setHeader(
      'x-accel-expires',
      { long: `@${now + 60}`, not: `@${now - 1}`, 'as-barzan': findCacheDeadline(Date.now()) }[keptFor],
    )
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
    if (request.headers['accept-encoding'] !== 'gzip') return void response.end(body)
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(body))
  }
}

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(nginx.origin + path, { method, headers, redirect: 'manual' })
  return {
    status: response.status,
    cache: response.headers.get('x-cache'),
    headers: response.headers,
    body: await response.text(),
  }
}
/** A tile of its own for each test. */
const tile = () => `/tiles/land/15/${round}/2.mvt`

describe('tiles', () => {
  test('are asked for once, and then answered by nginx, to clients with and without gzip', async () => {
    expect([(await ask(tile())).cache, (await ask(tile())).cache]).toEqual(['MISS', 'HIT'])
    expect((await ask(tile(), { 'accept-encoding': 'identity' })).cache).toBe('MISS')
    for (const accept of ['gzip, deflate, br', 'br;q=1, gzip;q=0.8', 'deflate, gzip']) {
      const { cache, body, headers } = await ask(tile(), { 'accept-encoding': accept })
      expect([cache, body, headers.get('etag')]).toEqual(['HIT', `tile ${round}`, `"tile ${round}-gz"`])
    }
    for (const accept of ['identity', 'gzip;q=0', 'br', 'x-gzip-not']) {
      const { cache, headers } = await ask(tile(), { 'accept-encoding': accept })
      expect([accept, cache, headers.get('content-encoding'), headers.get('etag')]).toEqual([
        accept,
        'HIT',
        null,
        `"tile ${round}"`,
      ])
    }
    expect(seen.map((request) => request.headers['accept-encoding'])).toEqual(['gzip', undefined])
  })
  test('that the client holds are not sent again', async () => {
    const { headers } = await ask(tile())
    const again = await ask(tile(), { 'if-none-match': headers.get('etag')! })
    expect([again.status, again.cache, again.body, again.headers.get('etag')]).toEqual([304, 'HIT', '', headers.get('etag')])
  })
  test('are asked about when their time is over, and kept when they have not changed', async () => {
    answer = sendTile('same', 'not')
    await ask(tile())
    const again = await ask(tile())
    expect([again.cache, again.body]).toEqual(['REVALIDATED', 'same'])
    expect(seen[1]!.headers['if-none-match']).toBe('"same-gz"')
    answer = sendTile('other', 'not')
    expect(await ask(tile())).toMatchObject({ cache: 'EXPIRED', body: 'other' })
  })
  test('of a version are asked for by it, and only once', async () => {
    await ask(tile())
    expect(await ask(`${tile()}?v=7`)).toMatchObject({ cache: 'MISS' })
    expect(await ask(`${tile()}?v=7`)).toMatchObject({ cache: 'HIT' })
    expect(seen.map((request) => request.url)).toEqual([tile(), `${tile()}?v=7`])
  })
  test('with other arguments are never kept, and poison nothing', async () => {
    answer = sendTile('odd')
    for (const args of ['?x=1', '?v=1&x=1', '?v=abc', '?v=', '?v=1&v=2']) {
      expect((await ask(tile() + args)).cache).toBe('BYPASS')
      expect((await ask(tile() + args)).cache).toBe('BYPASS')
    }
    answer = sendTile('plain')
    expect(await ask(tile())).toMatchObject({ cache: 'MISS', body: 'plain' })
  })
  test('for somebody who shows who he is are neither kept nor answered from what was kept', async () => {
    answer = sendTile('of the public')
    await ask(tile())
    answer = sendTile('of one')
    for (const headers of [{ cookie: 'session=1' }, { cookie: 'theme=dark; session=1' }, { authorization: 'Bearer x' }]) {
      expect(await ask(tile(), headers as unknown as Record<string, string>)).toMatchObject({ cache: 'BYPASS', body: 'of one' })
    }
    expect(await ask(tile())).toMatchObject({ cache: 'HIT', body: 'of the public' })
    expect(await ask(tile(), { cookie: 'theme=dark' })).toMatchObject({ cache: 'HIT', body: 'of the public' })
  })
  test('that are private by their own word are not kept', async () => {
    answer = (_request, response) => void response.setHeader('cache-control', 'private, max-age=0').end('mine')
    await ask(tile())
    expect((await ask(tile())).cache).toBe('MISS')
  })
  test('asked for by fifty at once are asked for once', async () => {
    answer = (request, response) => void setTimeout(() => sendTile('slow')(request, response), 200)
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(tile())))
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['slow']))
    expect(seen).toHaveLength(1)
  })
  test('carry the id of the request that got them, not of the one they were kept for', async () => {
    answer = (request, response) => {
      response.setHeader('x-request-id', String(request.headers['x-request-id']))
      sendTile('named')(request, response)
    }
    const ids = [await ask(tile()), await ask(tile())].map(({ headers }) => headers.get('x-request-id'))
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(ids[1]).toMatch(/^[0-9a-f]{32}$/)
    expect(ids[0]).not.toBe(ids[1])
    expect(seen[0]!.headers['x-request-id']).toBe(ids[0])
  })
  test('kept as Barzan says are never older than a second, wherever in the second they were made', async () => {
    for (let n = 0; n < 12; n++) {
      answer = sendTile(`old ${n}`, 'as-barzan')
      await ask(tile())
      answer = sendTile(`new ${n}`, 'as-barzan')
      const changedAt = performance.now()
      let askedAt = changedAt
      let lastOldAt = changedAt
      while ((await ask(tile())).body !== `new ${n}`) {
        lastOldAt = askedAt
        await sleep(5)
        askedAt = performance.now()
      }
      expect(lastOldAt - changedAt).toBeLessThan(750)
      await sleep(90)
    }
  })
})

describe('a refresh', () => {
  test('puts the new tile in the place of the old, for everybody', async () => {
    answer = sendTile('old')
    await ask(tile())
    answer = sendTile('new')
    const told = await ask(`${tile()}?v=9`, { 'x-barzan-refresh': TOKEN, 'accept-encoding': 'gzip' })
    expect([told.cache, told.body]).toEqual(['BYPASS', 'new'])
    expect(await ask(tile())).toMatchObject({ cache: 'HIT', body: 'new' })
    expect(seen).toHaveLength(2)
    expect(seen[1]!.url).toBe(`${tile()}?v=9`)
  })
  test.each(['', '0', '1', TOKEN.toUpperCase(), `${TOKEN}x`, `x${TOKEN}`, '.*'])(
    'with the word "%s" does nothing',
    async (word) => {
      answer = sendTile('kept')
      await ask(tile())
      answer = sendTile('pushed')
      expect(await ask(tile(), { 'x-barzan-refresh': word })).toMatchObject({ cache: 'HIT', body: 'kept' })
      expect(seen).toHaveLength(1)
    },
  )
  test('is no business of the process behind: the word does not reach it', async () => {
    await ask(tile(), { 'x-barzan-refresh': TOKEN })
    await ask('/api/x', { 'x-barzan-refresh': TOKEN })
    await ask('/', { 'x-barzan-refresh': TOKEN })
    expect(seen).toHaveLength(3)
    for (const request of seen) expect(request.headers['x-barzan-refresh']).toBeUndefined()
  })
})

describe('files', () => {
  const immutable = '/_app/immutable/chunks/x.ABC123.js'
  beforeAll(() => {
    mkdirSync(join(nginx.folder, 'client/_app/immutable/chunks'), { recursive: true })
    writeFileSync(join(nginx.folder, `client${immutable}`), 'let plain = 1')
    writeFileSync(join(nginx.folder, `client${immutable}.gz`), gzipSync('let packed = 1'))
    writeFileSync(join(nginx.folder, 'client/secret.txt'), 'not named by its content')
    cpSync(join(nginx.folder, 'nginx.conf'), join(nginx.folder, 'client.conf'))
  })
  test('named by their content come from the disk, packed, and for ever', async () => {
    const packed = await ask(immutable, { 'accept-encoding': 'gzip' })
    expect([packed.status, packed.body, packed.headers.get('content-encoding')]).toEqual([200, 'let packed = 1', 'gzip'])
    expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(packed.headers.get('vary')).toBe('Accept-Encoding')
    expect(packed.headers.get('x-content-type-options')).toBe('nosniff')
    expect(packed.headers.get('content-type')).toMatch(/javascript/)
    expect((await ask(immutable, { 'accept-encoding': 'identity' })).body).toBe('let plain = 1')
    expect(seen).toEqual([])
  })
  test('of another build are asked of the processes', async () => {
    answer = (_request, response) => void response.end('of another build')
    expect((await ask('/_app/immutable/chunks/y.js')).body).toBe('of another build')
  })
  test.each([
    '/_app/immutable/../../client.conf', '/_app/immutable/..%2f..%2fclient.conf', '/_app/immutable/%2e%2e/%2e%2e/client.conf', '/_app/immutable/..%5c..%5cclient.conf',
    '/_app/immutable//etc/passwd', '/_app/immutable/%00', '/_app/immutable/chunks/', '/_app/immutable/', '/secret.txt', '/nginx.conf', '/_app/immutable../secret.txt',
  ])('outside their folder are not given: %s', async (path) => {
    answer = (_request, response) => void response.writeHead(404).end('asked upstream')
    const { status, body } = await askRaw(nginx.origin + path) // fetch would tidy the address up
    expect([400, 403, 404]).toContain(status)
    expect(body.toString()).not.toMatch(/worker_processes|not named|root:/)
  }) // prettier-ignore
})

describe('what goes through', () => {
  test('knows who asked and how, and headers are said once', async () => {
    answer = (_request, response) => void response.setHeader('x-content-type-options', 'nosniff').end('{}')
    const { headers } = await ask('/api/parcels?q=1', {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-request-id': 'mine-is-better',
    })
    expect(seen[0]!.url).toBe('/api/parcels?q=1')
    expect(seen[0]!.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
    expect(seen[0]!.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('server')).toBe('nginx')
    expect(headers.get('strict-transport-security')).toBeNull()
  })
  test.each(['/metrics', '/metrics/', '/metrics?x=1', '//metrics', '/%6detrics', '/x/../metrics', '/metrics/x'])(
    'is not the inside: %s',
    async (path) => {
      const { status, body } = await ask(path, { authorization: 'Bearer anything' })
      expect([status, JSON.parse(body).titleFa]).toEqual([404, 'چیزی در این نشانی نیست'])
      expect(seen).toEqual([])
    },
  )
  test('are events as they come, one by one', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 0\n\n')
      let n = 0
      const timer = setInterval(() => (++n < 4 ? response.write(`data: ${n}\n\n`) : (clearInterval(timer), response.end())), 150)
    }
    const response = await fetch(`${nginx.origin}/events?sets=land`)
    const at: number[] = []
    for await (const _chunk of response.body!) at.push(performance.now())
    expect(at).toHaveLength(4)
    for (let n = 1; n < 4; n++) expect(at[n]! - at[n - 1]!).toBeGreaterThan(80)
  })
  test('is not more than a body may have', async () => {
    const response = await fetch(`${nginx.origin}/api/x`, { method: 'POST', body: 'x'.repeat(4_000_000) }).catch(() => null)
    if (response) expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([413, 'too-large'])
    expect(seen).toEqual([])
  })
  test('is bounded for one address, and both languages say so', async () => {
    answer = (_request, response) => void response.end('{}')
    const answers = await Promise.all(Array.from({ length: 900 }, () => ask('/api/x')))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(500)
    expect(JSON.parse(refused[0]!.body)).toMatchObject({ code: 'busy', titleFa: expect.stringMatching(/[آ-ی]/) })
    expect(refused[0]!.headers.get('retry-after')).toBe('2')
  })
})

describe('when Barzan does not answer', () => {
  test('tiles that were kept are given, and said to be old; whatever else says that it is away', async () => {
    answer = sendTile('kept', 'not')
    await ask(tile())
    answer = (request) => void request.socket.destroy()
    const old = await ask(tile())
    expect(old).toMatchObject({ status: 200, cache: 'STALE', body: 'kept' })
    expect(old.headers.get('warning')).toBe('110 - "Response is Stale"')
    for (const path of [tile().replace('15', '14'), '/api/x', '/events']) {
      const { status, body, headers } = await ask(path)
      expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([503, 'application/problem+json', '5'])
      expect(JSON.parse(body).detailFa).toMatch(/[آ-ی]/)
    }
    const page = await ask('/map')
    expect([page.status, page.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8'])
    expect(page.body).toContain('سامانه اکنون در دسترس نیست')
    await sleep(2_100) // as long as nginx leaves alone a process that failed
    answer = sendTile('back', 'not')
    expect(await ask(tile())).toMatchObject({ status: 200, body: 'back' })
  })
  test('but an answer that says "busy" or "wrong" is an answer, never covered by an old tile', async () => {
    answer = sendTile('kept', 'not')
    await ask(tile())
    for (const status of [400, 404, 500, 503]) {
      answer = (_request, response) => void response.writeHead(status, { 'cache-control': 'no-store' }).end('{}')
      expect((await ask(tile())).status).toBe(status)
    }
  })
})

test('nginx had nothing to complain about but what the tests broke', () => {
  const complaints = nginx.complaints().split('\n').filter((line) => line && !/upstream prematurely closed|no live upstreams|limiting requests|client intended to send too large|recv\(\) failed|is forbidden|is not found|No such file/.test(line)) // prettier-ignore
  expect(complaints).toEqual([])
})
