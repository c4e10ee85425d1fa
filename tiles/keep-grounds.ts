import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { updateGrounds } from './update-grounds.ts'

/** Brings ground up to date that others have marked: other processes, psql, whoever could not wait. */
export interface GroundsKeeper {
  close(): Promise<void>
}

const INTERVAL_MS = 400
/** After a failure, until the database is there again. */
const PAUSE_MS = 2_000

/**
 * Look every `intervalMs` whether ground is marked (one query by index, next to nothing when there is none), and bring it up to
 * date. Any number of processes may do so: who finds another at work leaves it to that one.
 * @param options.onError told of failures; the keeper goes on after `pauseMs`
 */
export function openGroundsKeeper(
  pool: pg.Pool,
  options: { intervalMs?: number; pauseMs?: number; onError?: (error: unknown) => void } = {},
): GroundsKeeper {
  const closing = new AbortController()
  const loop = async () => {
    while (!closing.signal.aborted) {
      let pause = options.intervalMs ?? INTERVAL_MS
      try {
        await updateGrounds(pool, { waitMs: 0 })
      } catch (error) {
        if (closing.signal.aborted) return
        options.onError?.(error)
        pause = options.pauseMs ?? PAUSE_MS
      }
      await sleep(pause, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
    }
  }
  const done = loop()
  return {
    async close() {
      closing.abort()
      await done
    },
  }
}
