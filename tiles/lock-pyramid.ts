import type pg from 'pg'

/** PostgreSQL's lock_not_available. */
const LOCK_NOT_AVAILABLE = '55P03'

/** For a whole rebuild: alone until the end of the transaction, once all who are at work there have finished. */
export async function lockForRebuild(client: pg.PoolClient, municipalityId: number): Promise<void> {
  // In this order: whoever brings ground up to date has the first of them before it waits for the second.
  await client.query(`select pg_advisory_xact_lock(hashtext('tiles.rebuilding'), $1)`, [municipalityId])
  await client.query(`select pg_advisory_xact_lock(hashtext('tiles.rebuild'), $1)`, [municipalityId])
}

/**
 * For ground that has changed: alone until the end of the transaction. Others of the kind are waited for, up to `waitMs`; a whole
 * rebuild is not, as it takes its time. Returns whether it is ours; if not, the transaction may have to be rolled back.
 */
export async function lockForUpdate(client: pg.PoolClient, municipalityId: number, waitMs: number): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>(
    `select pg_try_advisory_xact_lock_shared(hashtext('tiles.rebuilding'), $1)
        and ($2 > 0 or pg_try_advisory_xact_lock(hashtext('tiles.rebuild'), $1)) as got,
       set_config('lock_timeout', $2::int::text, true)`,
    [municipalityId, Math.ceil(waitMs)],
  )
  if (!rows[0]!.got || waitMs === 0) return rows[0]!.got
  try {
    await client.query(`select pg_advisory_xact_lock(hashtext('tiles.rebuild'), $1)`, [municipalityId])
  } catch (error) {
    if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return false
    throw error
  }
  await client.query('set local lock_timeout = 0')
  return true
}
