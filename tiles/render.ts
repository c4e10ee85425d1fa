import { availableParallelism } from 'node:os'
import pg from 'pg'
import { cancelQuery } from '../db/cancel-query.ts'
import { openSidePool } from '../db/side-pool.ts'
import { limitConcurrency, type Gate } from '../src/kernel/limit-concurrency.ts'
import { Problem } from '../src/kernel/problem.ts'
import type { TileAddress } from './address.ts'
import { SESSION_SETTINGS, type TileStatement } from './statement.ts'

export interface RendererOptions {
  /** Connections that render on one server; more than the cores only makes tiles wait for each other inside PostgreSQL. */
  connections?: number
  /** Renderings that may wait for a connection before more are refused as busy. */
  queueLimit?: number
  /** Longest a tile may take in PostgreSQL, milliseconds. */
  timeoutMs?: number
}

export interface Rendering {
  /** Not compressed; empty when nothing is there. */
  bytes: Buffer
  /** Seconds that each layer of the statement took. */
  took: readonly number[]
}

export interface Renderer {
  /** Make a tile on the server that `from` reaches. Aborting `signal` cancels the query in PostgreSQL. */
  render(from: pg.Pool, statement: TileStatement, address: TileAddress, signal: AbortSignal): Promise<Rendering>
  close(): Promise<void>
}

/**
 * Renders tiles on connections of its own, set up for many short queries. The pools given only tell the way to their servers. Throws Problem `busy` when too many wait, and what pg throws.
 */
export function openRenderer(options: RendererOptions = {}): Renderer {
  const { connections = availableParallelism(), queueLimit = 512, timeoutMs = 10_000 } = options
  const servers = new Map<pg.Pool, { pool: pg.Pool; gate: Gate }>()

  function serverOf(from: pg.Pool) {
    let server = servers.get(from)
    if (!server) {
      server = {
        pool: openSidePool(from, { size: connections, name: 'barzan-tiles', timeoutMs, settings: SESSION_SETTINGS }),
        gate: limitConcurrency({ atOnce: connections, waiting: queueLimit }, () => new Problem('busy', [TOO_MANY])),
      }
      servers.set(from, server)
    }
    return server
  }

  return {
    render(from, statement, address, signal) {
      const { pool, gate } = serverOf(from)
      return gate(() => query(pool, statement, address, signal), signal)
    },
    async close() {
      await Promise.all([...servers.values()].map(({ pool }) => pool.end()))
    },
  }
}

async function query(
  pool: pg.Pool,
  { name, text }: TileStatement,
  { z, x, y }: TileAddress,
  signal: AbortSignal,
): Promise<Rendering> {
  const client = await pool.connect()
  let cancelled: Promise<boolean> | undefined
  const cancel = () => {
    cancelled = cancelQuery(client)
  }
  signal.addEventListener('abort', cancel, { once: true })
  let isUsable = false
  try {
    signal.throwIfAborted()
    const result = await client.query<[Buffer | null, number[]]>({ name, text, values: [z, x, y], rowMode: 'array' })
    isUsable = true
    const [bytes, took] = result.rows[0]!
    return { bytes: bytes ?? Buffer.alloc(0), took }
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

const TOO_MANY = {
  fa: 'نقشه هم‌اکنون درخواست‌های بسیار دارد؛ چند لحظه دیگر دوباره بخواهید.',
  en: 'The map is being asked for too many tiles at once; try again in a moment.',
}
