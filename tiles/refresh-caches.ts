import { Agent as HttpAgent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { limitConcurrency } from '../src/kernel/limit-concurrency.ts'
import type { ChangeFeed } from './change-feed.ts'
import { UNMEASURED, type TileMetrics } from './tile-metrics.ts'

/** A tile as it is asked for. */
export interface ChangedTile {
  set: string
  z: number
  x: number
  y: number
}

export interface CacheRefresherOptions {
  /** Origins of the caches, like `http://127.0.0.1:8080`. */
  caches: readonly string[]
  /** What the caches know us by. */
  token: string
  /** Says how new the tiles must be that a cache fetches, in case another process answers it. */
  feed: Pick<ChangeFeed, 'onBatch'>
  metrics?: Pick<TileMetrics, 'cacheRefreshed'>
  /** Requests to one cache at once. */
  atOnce?: number
  /** Longest that one may take, milliseconds. */
  timeoutMs?: number
}

/** Tells the caches in front of us to fetch tiles that have changed. */
export interface CacheRefresher {
  /** Returns at once and never throws: a cache that does not hear of it asks us within the second anyway. */
  refresh(tile: ChangedTile): void
  /** Resolves when every cache has been told, or not. */
  settle(): Promise<void>
  close(): void
}

/** What waits beyond this is not told: after a change of everything a cache had better ask for what it needs. */
const MOST_WAITING = 2_000
/** A cache that did not answer is left alone for so long. */
const PAUSE_MS = 5_000

export function openCacheRefresher(options: CacheRefresherOptions): CacheRefresher {
  const { caches, token, feed, metrics = UNMEASURED, atOnce = 8, timeoutMs = 3_000 } = options
  let version = 0
  const stopListening = feed.onBatch(({ tiles }) => {
    for (const change of tiles) version = Math.max(version, change.version)
  })
  const under = new Set<Promise<void>>()
  const lines = caches.map((origin) => openLine(origin))

  function openLine(origin: string) {
    const isTls = origin.startsWith('https:')
    const agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: atOnce })
    const gate = limitConcurrency({ atOnce, waiting: MOST_WAITING }, () => new Error('too many tiles wait for this cache'))
    let pausedUntil = 0

    /** The answer is read to its end: only then has the cache kept it. */
    function ask(path: string): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const headers = { 'x-barzan-refresh': token, 'accept-encoding': 'gzip' }
      const asked = (isTls ? requestHttps : requestHttp)(`${origin}${path}`, { agent, headers }, (answer) => {
        answer.resume()
        answer.once('error', reject)
        answer.once('end', () =>
          (answer.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`the cache answered ${answer.statusCode}`)),
        )
      })
      const late = setTimeout(() => asked.destroy(new Error('the cache did not answer in time')), timeoutMs)
      asked.once('close', () => clearTimeout(late))
      asked.once('error', (error) => {
        pausedUntil = Date.now() + PAUSE_MS
        reject(error)
      })
      asked.end()
      return promise
    }

    return {
      tell: (path: string) =>
        gate(async () => {
          if (Date.now() < pausedUntil) throw new Error('the cache did not answer lately')
          await ask(path)
        }).then(
          () => metrics.cacheRefreshed('done'),
          () => metrics.cacheRefreshed('failed'),
        ),
      close: () => agent.destroy(),
    }
  }

  return {
    refresh({ set, z, x, y }) {
      const path = `/tiles/${set}/${z}/${x}/${y}.mvt?v=${version}`
      for (const line of lines) {
        const telling = line.tell(path)
        under.add(telling)
        void telling.finally(() => under.delete(telling))
      }
    },
    async settle() {
      while (under.size > 0) await Promise.all(under)
    },
    close() {
      stopListening()
      for (const line of lines) line.close()
    },
  }
}
