import type { Lsn } from './lsn.ts'

/** What a replica said when it was last asked. */
export interface ReplicaSaid {
  isInRecovery: boolean
  /** Null when it has replayed nothing yet. */
  replayed: Lsn | null
  /** Of the cluster it is a copy of. */
  system: string
}

/** Where the primary stood, and since when it has been known to stand there (milliseconds of a steady clock), oldest first. */
export type PrimaryPast = readonly { lsn: Lsn; since: number }[]

/** Whether reads may go to a replica, and why not. */
export type Verdict =
  | { isGood: true; lagMs: number }
  | {
      isGood: false
      lagMs: number | null
      why: 'primary not known yet' | 'promoted' | 'another cluster' | 'nothing replayed' | 'lags'
    }

/**
 * Whether reads may go to a replica. How far it lags is told by positions, not by the time of its last transaction, which grows
 * old while nobody writes: it is for how long the primary has been known to be beyond what is replayed.
 * @param mostLagMs one that has been left out for lagging comes back when it lags by less than half of this
 */
export function judgeReplica(
  said: ReplicaSaid,
  primary: { past: PrimaryPast; system: string | null },
  { now, mostLagMs, wasLagging }: { now: number; mostLagMs: number; wasLagging: boolean },
): Verdict {
  const { replayed } = said
  if (!said.isInRecovery) return { isGood: false, lagMs: null, why: 'promoted' }
  if (primary.system === null) return { isGood: false, lagMs: null, why: 'primary not known yet' }
  if (said.system !== primary.system) return { isGood: false, lagMs: null, why: 'another cluster' }
  if (replayed === null) return { isGood: false, lagMs: null, why: 'nothing replayed' }
  const beyond = primary.past.find(({ lsn }) => lsn > replayed)
  const lagMs = beyond ? now - beyond.since : 0
  if (lagMs > (wasLagging ? mostLagMs / 2 : mostLagMs)) return { isGood: false, lagMs, why: 'lags' }
  return { isGood: true, lagMs }
}

/**
 * The primary's past with where it stands now. Of what is older than `keepMs` the last is kept: whoever has not even replayed that
 * lags by more.
 */
export function rememberPrimary(past: PrimaryPast, lsn: Lsn, now: number, keepMs: number): PrimaryPast {
  const last = past.at(-1)
  // Not beyond what was known: nobody writes, or a failover lost the end. What was is kept.
  if (last && lsn <= last.lsn) return past
  const oldest = past.findLastIndex(({ since }) => since < now - keepMs)
  return [...past.slice(Math.max(oldest, 0)), { lsn, since: now }]
}
