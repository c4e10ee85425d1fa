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

interface Waiting {
  request: TileRequest
  askedAt: number
  since: number
}

/** @param renew makes one tile; a failure leaves the tile to whoever asks for it next */
export function openRenewal(renew: (request: TileRequest, signal: AbortSignal) => Promise<void>): Renewal {
  const waiting = new Map<string, Waiting>()
  const closing = new AbortController()
  let running: Promise<void> | null = null

  function takeNext(): Waiting | null {
    let best: string | null = null
    for (const [key, { askedAt }] of waiting) if (best === null || askedAt > waiting.get(best)!.askedAt) best = key
    if (best === null) return null
    const next = waiting.get(best)!
    waiting.delete(best)
    return next
  }

  async function run(): Promise<void> {
    for (let next = takeNext(); next && !closing.signal.aborted; next = takeNext()) {
      await renew(next.request, closing.signal).catch(() => {})
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
      const known = waiting.get(key)
      if (known) known.askedAt = Math.max(known.askedAt, askedAt)
      else if (waiting.size < MOST_WAITING) waiting.set(key, { request, askedAt, since: Date.now() })
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
