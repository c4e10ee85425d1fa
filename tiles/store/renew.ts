import type { TileRequest } from '../find-tile.ts'
import type { QueueState } from '../tile-metrics.ts'

/** Makes changed tiles again in the background, those first that somebody has looked at last. */
export interface Renewal {
  /** `askedAt`: when somebody last asked for it, milliseconds since the epoch. */
  add(key: string, request: TileRequest, askedAt: number): void
  /** Those whose time has come. */
  state(): QueueState
  /** Make all that waits now, and resolve when nothing does. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** What does not fit is made when it is asked for. */
const MOST_WAITING = 5_000
/**
 * How long a tile is left to settle after its last change, at most how long after the first. An edit changes a tile several times in a
 * row, as low zooms follow the land. Tiles of low zooms are dear to make and change with every edit in a quarter of the city: they
 * wait longer. Nobody is kept waiting by it: whoever asks has the tile made at once.
 */
const NEAR = { settlingMs: 1_000, longestMs: 3_000 }
const FAR = { settlingMs: 10_000, longestMs: 30_000 }
const FARTHEST_NEAR_ZOOM = 15

interface Waiting {
  request: TileRequest
  askedAt: number
  /** Of its first change. */
  since: number
  dueAt: number
}

/** @param renew makes one tile unless somebody has had it made meanwhile; a failure leaves it to whoever asks for it next */
export function openRenewal(renew: (request: TileRequest, signal: AbortSignal) => Promise<void>): Renewal {
  const waiting = new Map<string, Waiting>()
  const closing = new AbortController()
  let running: Promise<void> | null = null
  let isHurried = false
  let wake = () => {}

  /** Of those that are due the one looked at last; otherwise how long until the first is due. */
  function takeNext(): Waiting | number {
    const now = Date.now()
    let best: string | null = null
    let soonest = Infinity
    for (const [key, { askedAt, dueAt }] of waiting) {
      if (dueAt > now && !isHurried) soonest = Math.min(soonest, dueAt - now)
      else if (best === null || askedAt > waiting.get(best)!.askedAt) best = key
    }
    if (best === null) return soonest
    const next = waiting.get(best)!
    waiting.delete(best)
    return next
  }

  async function run(): Promise<void> {
    while (waiting.size > 0 && !closing.signal.aborted) {
      const next = takeNext()
      if (typeof next === 'number') await rest(next)
      else await renew(next.request, closing.signal).catch(() => {})
    }
  }

  function rest(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
    return promise
  }

  function start() {
    running ??= run().finally(() => {
      running = null
      if (waiting.size > 0 && !closing.signal.aborted) start()
    })
  }

  return {
    add(key, request, askedAt) {
      const now = Date.now()
      const { settlingMs, longestMs } = request.address.z >= FARTHEST_NEAR_ZOOM ? NEAR : FAR
      const known = waiting.get(key)
      if (known) {
        known.askedAt = Math.max(known.askedAt, askedAt)
        known.dueAt = Math.min(now + settlingMs, known.since + longestMs)
      } else if (waiting.size < MOST_WAITING) {
        waiting.set(key, { request, askedAt, since: now, dueAt: now + settlingMs })
      }
      // One that sleeps until a later moment looks again.
      wake()
      start()
    },
    state() {
      const now = Date.now()
      const late = [...waiting.values()].map(({ dueAt }) => now - dueAt).filter((ms) => ms >= 0)
      return { waiting: late.length, oldestSeconds: Math.max(0, ...late) / 1000 }
    },
    async settle() {
      isHurried = true
      wake()
      while (running) await running
      isHurried = false
    },
    async close() {
      closing.abort(new Error('the process ends'))
      waiting.clear()
      wake()
      await running
    },
  }
}
