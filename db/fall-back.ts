import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'

/** A replica as the fallback sees it. */
export interface FallibleServer {
  pool: pg.Pool
  isUp(): boolean
  /** Take note of what failed there. True when the primary should be asked instead. */
  noteFailure(error: unknown): boolean
}

/** A statement of an open transaction, and what it answered. */
interface Asked {
  text: string
  values: readonly unknown[]
  rows: unknown
}

/**
 * Connections for Kysely to a replica, for reads only. What fails because the replica goes away is asked once more of the primary, and
 * the caller does not notice. In a transaction everything asked before is asked again, too; when the primary answers differently
 * by now, the failure stands, since what has been read no longer is of one state.
 */
export function fallBackTo(primary: pg.Pool, replica: FallibleServer): PostgresPool {
  return {
    async connect() {
      const client = await connectTo(replica)
      return client ? leaseReplica(client, primary, replica) : await primary.connect()
    },
    end: () => Promise.resolve(), // whoever opened the pools closes them
    options: replica.pool.options,
  }
}

async function connectTo(replica: FallibleServer): Promise<pg.PoolClient | null> {
  if (!replica.isUp()) return null
  try {
    return await replica.pool.connect()
  } catch (error) {
    if (!replica.noteFailure(error)) throw error
    return null
  }
}

/** Read as a server that has gone (kernel/database-errors.ts): to ask again helps. */
const CHANGED = 'Connection terminated, and what had been read before is otherwise by now'

function leaseReplica(first: pg.PoolClient, primary: pg.Pool, replica: FallibleServer): PostgresPoolClient {
  let client: pg.PoolClient | null = first
  let isOnReplica = true
  /** Null outside of a transaction. */
  let transaction: Asked[] | null = null

  async function query(text: string, values: readonly unknown[] = []) {
    if (!client) throw new Error('Connection terminated') // the primary was away, too
    if (/^\s*(begin|start transaction)\b/i.test(text)) transaction = []
    try {
      const result = await client.query(text, [...values])
      if (isOnReplica) transaction?.push({ text, values, rows: result.rows })
      if (/^\s*(commit|rollback)\s*$/i.test(text)) transaction = null
      return result
    } catch (error) {
      if (!isOnReplica || !replica.noteFailure(error)) throw error
      return await askPrimary(text, values, error)
    }
  }

  async function askPrimary(text: string, values: readonly unknown[], failure: unknown) {
    client?.release(true)
    client = null
    isOnReplica = false
    client = await primary.connect()
    for (const asked of transaction ?? []) {
      const { rows } = await client.query(asked.text, [...asked.values])
      if (!isDeepStrictEqual(rows, asked.rows)) throw new Error(CHANGED, { cause: failure })
    }
    transaction = null
    return await client.query(text, [...values])
  }

  return {
    query: query as unknown as PostgresPoolClient['query'],
    release(destroy?: boolean | Error) {
      client?.release(destroy)
      client = null
    },
  }
}
