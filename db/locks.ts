import type pg from 'pg'

/** Advisory locks: a number for each thing that one process at a time may do. Any numbers, the same in every process. */
export const LOCKS = {
  migrate: 7_290_111,
  /** To make the first city, or to import: both begin by asking whether there is a city yet. */
  fillLand: 7_290_112,
} as const

/** Do `work` while no other process does the same; waits for its turn. The lock ends with its connection, however that ends. */
export async function takeTurn<T>(pool: pg.Pool, lock: keyof typeof LOCKS, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCKS[lock]])
    return await work()
  } finally {
    client.release(true)
  }
}
