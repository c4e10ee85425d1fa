import { availableParallelism } from 'node:os'
import pg from 'pg'
import { limitConcurrency } from '../src/kernel/limit-concurrency.ts'
import { Problem } from '../src/kernel/problem.ts'
import type { Audience } from '../src/people/access/types.ts'
import type { TileAddress } from './address.ts'
import type { TileSet } from './catalogue.ts'
import { composeTileStatement, SESSION_SETTINGS, type TileStatement } from './statement.ts'

export interface RendererOptions {
  /** Connections that render; more than the cores only makes tiles wait for each other inside PostgreSQL. */
  connections?: number
  /** Renderings that may wait for a connection before more are refused as busy. */
  queueLimit?: number
  /** Longest a tile may take in PostgreSQL, milliseconds. */
  timeoutMs?: number
}

export interface Renderer {
  /** The bytes of a tile, not compressed; empty when nothing is there. Aborting `signal` cancels the query in PostgreSQL. */
  render(set: TileSet, audience: Audience, address: TileAddress, signal: AbortSignal): Promise<Buffer>
  close(): Promise<void>
}

/**
 * Renders tiles on connections of its own, set up for many short queries, to the server that `pool` reaches. `pool` itself is
 * used only to cancel. Throws Problem `busy` when too many wait, and what pg throws.
 */
export function openRenderer(pool: pg.Pool, options: RendererOptions = {}): Renderer {
  const { connections = availableParallelism(), queueLimit = 512, timeoutMs = 10_000 } = options
  const tilePool = new pg.Pool({
    ...pool.options,
    password: pool.options.password, // not enumerable in pool.options
    max: connections,
    idleTimeoutMillis: 300_000, // a new connection prepares its statements anew, which costs as much as a tile
    application_name: 'barzan-tiles',
    options: `${SESSION_SETTINGS} -c statement_timeout=${timeoutMs}`,
  })
  tilePool.on('error', () => {}) // an idle connection broke: the pool has already dropped it, the next tile opens another
  const gate = limitConcurrency({ atOnce: connections, waiting: queueLimit }, () => new Problem('busy', [TOO_MANY]))
  const statements = new Map<string, TileStatement | null>()

  function findStatement(set: TileSet, audience: Audience, z: number): TileStatement | null {
    const key = `${set.id} ${audience} ${z}`
    let statement = statements.get(key)
    if (statement === undefined) statements.set(key, (statement = composeTileStatement(set, audience, z)))
    return statement
  }

  return {
    async render(set, audience, address, signal) {
      const statement = findStatement(set, audience, address.z)
      if (!statement) return Buffer.alloc(0)
      return gate(() => query(tilePool, pool, statement, address, signal), signal)
    },
    close: () => tilePool.end(),
  }
}

async function query(tilePool: pg.Pool, pool: pg.Pool, statement: TileStatement, { z, x, y }: TileAddress, signal: AbortSignal) {
  const client = await tilePool.connect()
  let cancelled: Promise<boolean> | undefined
  const cancel = () => {
    cancelled = cancelBackend(pool, client)
  }
  signal.addEventListener('abort', cancel, { once: true })
  let isUsable = false
  try {
    signal.throwIfAborted()
    const result = await client.query<[Buffer | null]>({ ...statement, values: [z, x, y], rowMode: 'array' })
    isUsable = true
    return result.rows[0]?.[0] ?? Buffer.alloc(0)
  } catch (error) {
    // A PostgreSQL error leaves the connection in order, whatever else does not; class 57P says that the server goes away.
    isUsable = signal.aborted || (error instanceof pg.DatabaseError && !error.code?.startsWith('57P'))
    throw error
  } finally {
    signal.removeEventListener('abort', cancel)
    // A late cancellation would hit the next tile on this connection, so it is awaited before the connection goes back.
    if (cancelled && !(await cancelled)) isUsable = false
    client.release(!isUsable)
  }
}

/** Ask PostgreSQL to give up what `client` is doing. False when it could not be asked. */
async function cancelBackend(pool: pg.Pool, client: pg.PoolClient): Promise<boolean> {
  try {
    await pool.query('select pg_cancel_backend($1)', [(client as unknown as { processID: number }).processID])
    return true
  } catch {
    return false
  }
}

const TOO_MANY = {
  fa: 'نقشه هم‌اکنون درخواست‌های بسیار دارد؛ چند لحظه دیگر دوباره بخواهید.',
  en: 'The map is being asked for too many tiles at once; try again in a moment.',
}
