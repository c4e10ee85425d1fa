import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findCacheDeadline } from '#tiles/cache-deadline.ts'
import type { ChangeBatch } from '#tiles/change-feed.ts'
import { openCacheRefresher } from '#tiles/refresh-caches.ts'

describe('until when a cache may answer', () => {
  test('is the end of this second, or has passed when that would be long', () => {
    expect(findCacheDeadline(1_000_000_999)).toBe('@1000000')
    expect(findCacheDeadline(1_000_000_300)).toBe('@1000000')
    expect(findCacheDeadline(1_000_000_299)).toBe('@999999')
    expect(findCacheDeadline(1_000_000_000)).toBe('@999999')
    for (let ms = 0; ms < 1000; ms++) {
      // nginx takes the second that is named to its end
      const left = (Number(findCacheDeadline(5_000_000 + ms).slice(1)) + 1) * 1000 - (5_000_000 + ms)
      expect(left).toBeLessThanOrEqual(700)
    }
  })
})

const TOKEN = 'a-word-between-us'
const tile = (n: number) => ({ set: 'land', z: 16, x: n, y: 2 })

describe('telling caches', () => {
  let cache: Server
  let origin: string
  let seen: IncomingMessage[]
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  const counted = { done: 0, failed: 0 }
  const metrics = { cacheRefreshed: (result: 'done' | 'failed') => void counted[result]++ }
  let tell: (batch: ChangeBatch) => void
  const feed = {
    onBatch(listener: typeof tell) {
      tell = listener
      return () => undefined
    },
  }
  beforeEach(async () => {
    seen = []
    counted.done = counted.failed = 0
    answer = (_request, response) => void response.end('tile')
    cache = createServer((request, response) => {
      seen.push(request)
      answer(request, response)
    }).listen(0, '127.0.0.1')
    await once(cache, 'listening')
    origin = `http://127.0.0.1:${(cache.address() as AddressInfo).port}`
  })
  afterEach(() => {
    cache.closeAllConnections()
    cache.close()
  })
  const open = (options: { atOnce?: number; timeoutMs?: number; caches?: string[] } = {}) =>
    openCacheRefresher({ caches: [origin], token: TOKEN, feed, metrics, ...options })

  test('asks for the tile in the version that is known, with the word between them', async () => {
    const refresher = open()
    tell({ tiles: [{ version: 41 }, { version: 12 }], states: [] } as unknown as ChangeBatch)
    refresher.refresh(tile(1))
    await refresher.settle()
    refresher.close()
    expect(seen.map(({ url, method }) => [method, url])).toEqual([['GET', '/tiles/land/16/1/2.mvt?v=41']])
    expect(seen[0]!.headers).toMatchObject({ 'x-barzan-refresh': TOKEN, 'accept-encoding': 'gzip' })
    expect(counted).toEqual({ done: 1, failed: 0 })
  })
  test('never more at once than it may, over connections that are kept', async () => {
    let open_ = 0
    let most = 0
    answer = (_request, response) => {
      most = Math.max(most, ++open_)
      setTimeout(() => (open_--, response.end()), 5)
    }
    const refresher = open({ atOnce: 3 })
    for (let n = 0; n < 60; n++) refresher.refresh(tile(n))
    await refresher.settle()
    expect([most, counted]).toEqual([3, { done: 60, failed: 0 }])
    expect(new Set(seen.map(({ socket }) => socket.remotePort)).size).toBe(3)
    refresher.close()
  })
  test.each([
    ['refuses', (response: ServerResponse) => void response.writeHead(503).end()],
    ['breaks off', (response: ServerResponse) => void response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy())],
    ['never answers', () => undefined],
    ['never ends', (response: ServerResponse) => void response.writeHead(200).write('x')],
  ])('a cache that %s is counted and troubles nobody', async (_what, misbehave) => {
    answer = (_request, response) => misbehave(response)
    const refresher = open({ timeoutMs: 150 })
    refresher.refresh(tile(1))
    await refresher.settle()
    expect(counted).toEqual({ done: 0, failed: 1 })
    refresher.close()
  }) // prettier-ignore
  test('a cache that is not there is left alone for a while, and the others are told', async () => {
    const refresher = open({ caches: ['http://127.0.0.1:9', origin] })
    refresher.refresh(tile(1))
    await refresher.settle()
    for (let n = 0; n < 20; n++) refresher.refresh(tile(n))
    await refresher.settle()
    expect([seen.length, counted]).toEqual([21, { done: 21, failed: 21 }])
    refresher.close()
  })
  test('what waits beyond the bound is not told', async () => {
    answer = (_request, response) => void setTimeout(() => response.end(), 20)
    const refresher = open({ atOnce: 8 })
    for (let n = 0; n < 5_000; n++) refresher.refresh(tile(n))
    expect(counted.failed).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(counted.failed).toBe(5_000 - 2_000 - 8)
    refresher.close()
  })
})
