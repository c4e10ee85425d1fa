import type pg from 'pg'

/**
 * See that a pool reaches PostgreSQL itself and no pooler, where what is set or locked in a session may be another's a moment later.
 * @param name of the setting that holds its address
 * @throws Error with a sentence when there is a pooler; what pg throws when nobody answers
 */
export async function requireDirect(pool: pg.Pool, name: 'DATABASE_URL' | 'DATABASE_OWNER_URL'): Promise<void> {
  if (!(await isDirect(pool))) {
    throw new Error(
      name === 'DATABASE_URL'
        ? 'DATABASE_URL leads to a connection pooler: set DATABASE_POOLER=transaction, so that Barzan can do without sessions'
        : 'DATABASE_OWNER_URL leads to a connection pooler: let it lead to PostgreSQL itself, since migrations hold a lock for a whole session',
    )
  }
}

async function isDirect(pool: pg.Pool): Promise<boolean> {
  const client = await pool.connect().catch((error: unknown) => {
    // PgBouncer's answer to settings at the start of a session.
    if (error instanceof Error && /unsupported startup parameter/.test(error.message)) return null
    throw error
  })
  if (!client) return false
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    // A pooler gives each client a number of its own.
    return rows[0]?.pid === (client as unknown as { processID: number }).processID
  } finally {
    client.release()
  }
}
