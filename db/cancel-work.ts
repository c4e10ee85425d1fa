import type pg from 'pg'

/**
 * End the statements that a pool of ours still runs (a city being made when the process is told to stop), so that the pool
 * can close: what they did is rolled back. Only connections of this pool are ended.
 */
export async function cancelWork(pool: pg.Pool): Promise<void> {
  // pg keeps no public list of a pool's clients, but tells how many are out; each carries its backend's process id.
  const clients = (pool as unknown as { _clients: { processID: number | null }[] })._clients
  if (pool.idleCount === pool.totalCount) return
  const pids = clients.flatMap((client) => client.processID ?? [])
  await pool
    .query('select pg_terminate_backend(pid) from unnest($1::int[]) pid where pid <> pg_backend_pid()', [pids])
    .catch(() => undefined) // the database is away: so is the work
}
