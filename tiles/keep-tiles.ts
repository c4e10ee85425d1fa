import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { CATALOGUE } from './catalogue.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { Tiles } from './find-tile.ts'
import { fillInTurn, type FillProgress } from './store/fill.ts'

export interface KeepTilesOptions {
  pool: pg.Pool
  feed: ChangeFeed
  tiles: Tiles
  signal: AbortSignal
  onProgress?: (progress: FillProgress) => void
}

const SWEEP_EVERY_MS = 60_000
/** A load of several files changes everything several times. */
const SETTLING_MS = 3_000
const RETRY_MS = 30_000

/**
 * What a process does for the store beside answering, until `signal`: fill it at the start and whenever everything has changed, and
 * sweep what is worth nothing any more.
 */
export async function keepTiles({ pool, feed, tiles, signal, onProgress }: KeepTilesOptions): Promise<void> {
  let changed = Promise.withResolvers<void>()
  const stop = feed.onBatch((batch) => {
    if (batch.tiles.some(({ z }) => z === -1)) changed.resolve()
  })
  const sweeping = setInterval(() => void pool.query('select tiles.sweep()').catch(() => undefined), SWEEP_EVERY_MS)
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  try {
    while (!signal.aborted) {
      changed = Promise.withResolvers()
      const filled = await fillInTurn(pool, tiles, { sets: CATALOGUE, signal, ...(onProgress && { onProgress }) }).catch(
        () => null,
      )
      // Whoever fills may end before it has finished.
      await Promise.race([
        changed.promise,
        ended,
        ...(filled ? [] : [sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)]),
      ])
      await Promise.race([ended, sleep(SETTLING_MS, undefined, { signal }).catch(() => undefined)])
    }
  } finally {
    clearInterval(sweeping)
    stop()
  }
}
