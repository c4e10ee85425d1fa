import type pg from 'pg'
import type { ReplicaSaid } from './judge-replica.ts'
import { readLsn, type Lsn } from './lsn.ts'
import { openSidePool } from './side-pool.ts'

/** A connection to ask a server how it is, so that the question never waits behind the queries of others. */
export function openProbe(pool: pg.Pool): pg.Pool {
  return openSidePool(pool, { size: 1, name: 'barzan probe', timeoutMs: 500 })
}

/**
 * Where the primary stands. The position up to which it has made its log durable: no replica is sent more, and who has replayed
 * that much lags by nothing. @throws when it cannot be asked, or is no primary
 */
export async function askPrimary(probe: pg.Pool): Promise<{ written: Lsn; system: string }> {
  const { rows } = await probe.query<{ written: string | null; system: string }>(
    `select case when not pg_is_in_recovery() then pg_current_wal_flush_lsn() end::text as written, system_identifier::text as system
     from pg_control_system()`,
  )
  const written = readLsn(rows[0]?.written ?? '')
  if (written === null) throw new Error('this is no primary')
  return { written, system: rows[0]!.system }
}

/** How a replica is. Its position is from before the answer: by now it has replayed at least as much. @throws when it cannot be asked */
export async function askReplica(probe: pg.Pool): Promise<ReplicaSaid> {
  const { rows } = await probe.query<{ standby: boolean; replayed: string | null; system: string }>(
    `select pg_is_in_recovery() as standby, pg_last_wal_replay_lsn()::text as replayed, system_identifier::text as system
     from pg_control_system()`,
  )
  const { standby, replayed, system } = rows[0]!
  return { isInRecovery: standby, replayed: readLsn(replayed ?? ''), system }
}
