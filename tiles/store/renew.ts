import { setTimeout as sleep } from 'node:timers/promises'
import type { TileRequest } from '../find-tile.ts'
import type { QueueState } from '../tile-metrics.ts'

/** Makes changed tiles again in the background, those first that somebody has looked at last. */
export interface Renewal {
  /** `askedAt`: when somebody last asked for it, milliseconds since the epoch. */
  add(key: string, request: TileRequest, askedAt: number): void
  state(): QueueState
  /** Resolves when nothing waits. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** What does not fit is made when it is asked for. */
const MOST_WAITING = 5_000
/**
 * An edit changes a tile several times in a row, as low zooms follow the land; whoever cannot wait asks, and has it made at once. Counted
 * from the last change, but never later than `LONGEST_MS` after the first.
 */
const SETTLING_MS = 250
const LONGEST_MS = 1_000

interface Waiting {
  request: TileRequest
  askedAt: number
  since: number
  dueAt: number
}

/** @param renew makes one tile unless somebody has had it made meanwhile; a failure leaves it to whoever asks for it next */
export function openRenewal(renew: (request: TileRequest, signal: AbortSignal) => Promise<void>): Renewal {
  const waiting = new Map<string, Waiting>()
  const closing = new AbortController()
  let running: Promise<void> | null = null

  /** Of those that are due the one looked at last; otherwise how long until the first is due. */
  function takeNext(): Waiting | number {
    const now = Date.now()
    let best: string | null = null
    let soonest = Infinity
    for (const [key, { askedAt, dueAt }] of waiting) {
      if (dueAt > now) soonest = Math.min(soonest, dueAt - now)
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
      if (typeof next === 'number') await sleep(next, undefined, { signal: closing.signal }).catch(() => {})
      else await renew(next.request, closing.signal).catch(() => {})
    }
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
      const known = waiting.get(key)
      if (known) {
        known.askedAt = Math.max(known.askedAt, askedAt)
        known.dueAt = Math.min(now + SETTLING_MS, known.since + LONGEST_MS)
      } else if (waiting.size < MOST_WAITING) {
        waiting.set(key, { request, askedAt, since: now, dueAt: now + SETTLING_MS })
      }
      start()
    },
    state() {
      let oldest = Infinity
      for (const { since } of waiting.values()) oldest = Math.min(oldest, since)
      return { waiting: waiting.size, oldestSeconds: waiting.size > 0 ? (Date.now() - oldest) / 1000 : 0 }
    },
    async settle() {
      while (running) await running
    },
    async close() {
      closing.abort(new Error('the process ends'))
      waiting.clear()
      await running
    },
  }
}
