import type pg from 'pg'
import { openPoolBeside } from './connect.ts'
import type { Settings } from './settle-statements.ts'

/**
 * A small pool of its own to the server that `pool` reaches, as the same role: work that must never wait behind requests.
 * @param size connections at most
 * @param timeoutMs after which the server gives a statement up; if it does not even say so, it is not waited for a second later
 * @param settings of PostgreSQL that hold for its statements, beside jit=off
 */
export function openSidePool(
  pool: pg.Pool,
  { size, name, timeoutMs, settings = {} }: { size: number; name: string; timeoutMs: number; settings?: Settings },
): pg.Pool {
  return openPoolBeside(pool, {
    size,
    applicationName: name,
    settings: { ...settings, statement_timeout: String(timeoutMs) },
    answerMs: timeoutMs + 1000,
  })
}
