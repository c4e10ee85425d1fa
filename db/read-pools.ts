import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Log } from '../src/kernel/log.ts'
import { cutConnections, openPool, STATEMENT_TIMEOUT_MS, type Db } from './connect.ts'
import { fallBackTo } from './fall-back.ts'
import { judgeReplica, rememberPrimary, type PrimaryPast, type Verdict } from './judge-replica.ts'
import { formatLsn, readLsn, type Lsn } from './lsn.ts'
import { askPrimary, askReplica, openProbe } from './probe-server.ts'
import { blameReplica } from './replica-failure.ts'
import type { DB } from './types.ts'

export interface ReadPoolOptions {
  /** Between two questions to a server, milliseconds. */
  probeEveryMs?: number
  /** A replica that lags by more takes no reads, milliseconds. */
  mostLagMs?: number
  pooler?: 'transaction' | null
  /** Told when a replica is left out or taken back. */
  log?: Pick<Log, 'info' | 'warn'>
  /** Told of each pool that is opened, before its first connection. */
  watch?: (name: string, pool: pg.Pool) => void
}

/** Where one read goes. */
export interface ReadServer {
  /** `primary`, or host, port and database of the replica: never a password */
  name: string
  isReplica: boolean
  pool: pg.Pool
  /** For reads. On a replica, what fails because it goes away is asked of the primary. */
  db: Db
  /** What the replica had replayed when it was chosen: all of that is seen by what is read from now on. Null: the primary. */
  replayLsn: string | null
  /** Take note of what failed on `pool`. True when the primary may answer what the replica could not: ask it once. */
  noteFailure(error: unknown): boolean
}

export interface ReplicaState {
  name: string
  /** takes reads */
  isUp: boolean
  /** Why it does not. */
  why: string | null
  replayLsn: string | null
  /** Null while unknown. */
  lagMs: number | null
}

export interface ReadPools {
  /**
   * Where to read: the least busy replica that is up and has replayed `atLeast`, else the primary. A position that is nonsense, or beyond
   * anything the primary can have written, counts as none. Asks nobody.
   */
  choose(wish?: { atLeast?: string | null }): ReadServer
  states(): ReplicaState[]
  /** A position at which everything committed so far is there. Throws when the primary cannot be asked. */
  findPosition(): Promise<string>
  close(): Promise<void>
}

/** Rounds without an answer until a replica is left out, and until who waits for it is released. */
const SILENT_ROUNDS = 4
const DEAD_ROUNDS = 12
/** Other processes write, too: a position this far (bytes) beyond what was last heard of the primary may be true. */
const UNHEARD_OF = 1n << 30n
/** How long it is known where the primary was, as a multiple of the lag allowed. */
const MEMORY = 30

interface Replica {
  name: string
  pool: pg.Pool
  db: Db
  probe: pg.Pool
  isAsking: boolean
  silentRounds: number
  verdict: Verdict
  /** Why it is out whatever the last verdict was. */
  failure: string | null
  replayed: Lsn | null
}

/** Reads spread over the streaming replicas at `urls`. With none of them, or none that is good, all is read from the primary. */
export function openReadPools(
  urls: readonly string[],
  primary: { pool: pg.Pool; db: Db },
  options: ReadPoolOptions = {},
): ReadPools {
  const { probeEveryMs = 250, mostLagMs = 2000, pooler = null, log, watch = () => undefined } = options
  const onPrimary: ReadServer = { name: 'primary', isReplica: false, ...primary, replayLsn: null, noteFailure: () => false }
  const replicas = urls.map(openReplica)
  const probe = urls.length > 0 ? openProbe(primary.pool) : null
  let past: PrimaryPast = []
  let system: string | null = null
  let isAskingPrimary = false
  let turn = 0
  const timer = probe ? setInterval(askAll, probeEveryMs) : undefined
  timer?.unref()
  askAll()

  function openReplica(url: string, i: number): Replica {
    const pool = openPool(url, {
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      connectMs: 2000,
      applicationName: 'barzan reads',
      pooler,
    })
    watch(urls.length > 1 ? `replica ${i + 1}` : 'replica', pool)
    const replica: Replica = {
      name: nameServer(url),
      pool,
      db: new Kysely<DB>({
        dialect: new PostgresDialect({
          pool: fallBackTo(primary.pool, {
            pool,
            isUp: () => isUp(replica),
            noteFailure: (error) => noteFailure(replica, error),
          }),
        }),
      }),
      probe: openProbe(pool),
      isAsking: false,
      silentRounds: 0,
      verdict: { isGood: false, lagMs: null, why: 'primary not known yet' },
      failure: 'not asked yet',
      replayed: null,
    }
    return replica
  }

  function askAll() {
    if (probe && !isAskingPrimary) void hearPrimary(probe)
    for (const replica of replicas) {
      if (++replica.silentRounds >= SILENT_ROUNDS) change(replica, { failure: 'does not answer' })
      // Whoever waits there would wait until its connection is given up by the system.
      if (replica.silentRounds === DEAD_ROUNDS) cutConnections(replica.pool)
      if (!replica.isAsking) void hearReplica(replica)
    }
  }

  async function hearPrimary(probe: pg.Pool) {
    isAskingPrimary = true
    try {
      const said = await askPrimary(probe)
      if (said.system !== system) [past, system] = [[], said.system]
      past = rememberPrimary(past, said.written, performance.now(), MEMORY * mostLagMs)
    } catch {
      // Away: replicas that had everything go on answering.
    } finally {
      isAskingPrimary = false
    }
  }

  async function hearReplica(replica: Replica) {
    replica.isAsking = true
    try {
      const said = await askReplica(replica.probe)
      replica.silentRounds = 0
      const wasLagging = !replica.verdict.isGood && replica.verdict.why === 'lags'
      const verdict = judgeReplica(said, { past, system }, { now: performance.now(), mostLagMs, wasLagging })
      change(replica, { verdict, replayed: said.replayed, failure: null })
    } catch (error) {
      change(replica, { failure: `does not answer: ${error instanceof Error ? error.message : String(error)}` })
    } finally {
      replica.isAsking = false
    }
  }

  function noteFailure(replica: Replica, error: unknown): boolean {
    const blame = blameReplica(error)
    if (blame === 'gone') change(replica, { failure: `failed: ${(error as Error).message}` })
    return blame !== 'answered'
  }

  function change(replica: Replica, to: Partial<Replica>) {
    const wasUp = isUp(replica)
    Object.assign(replica, to)
    if (isUp(replica) === wasUp) return
    if (wasUp) log?.warn(describe(replica), 'replica left out')
    else log?.info(describe(replica), 'replica takes reads')
  }

  return {
    choose({ atLeast } = {}) {
      const least = atLeast ? readLsn(atLeast) : null
      const known = past.at(-1)?.lsn ?? 0n
      const wanted = least !== null && least <= known + UNHEARD_OF ? least : 0n
      let chosen: Replica | null = null
      turn++
      for (let i = 0; i < replicas.length; i++) {
        const replica = replicas[(turn + i) % replicas.length]!
        if (!isUp(replica) || replica.replayed! < wanted) continue
        if (!chosen || countBusy(replica.pool) < countBusy(chosen.pool)) chosen = replica
      }
      if (!chosen) return onPrimary
      const replica = chosen
      return {
        name: replica.name,
        isReplica: true,
        pool: replica.pool,
        db: replica.db,
        replayLsn: formatLsn(replica.replayed!),
        noteFailure: (error) => noteFailure(replica, error),
      }
    },
    states: () => replicas.map(describe),
    async findPosition() {
      const { rows } = await primary.pool.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
      return rows[0]!.lsn
    },
    async close() {
      clearInterval(timer)
      for (const replica of replicas) if (!isUp(replica)) cutConnections(replica.pool)
      await Promise.allSettled([probe?.end(), ...replicas.flatMap((replica) => [replica.probe.end(), replica.pool.end()])])
    },
  }
}

function isUp({ verdict, failure, replayed }: Replica): boolean {
  return verdict.isGood && failure === null && replayed !== null
}

function describe(replica: Replica): ReplicaState {
  const { name, verdict, failure, replayed } = replica
  return {
    name,
    isUp: isUp(replica),
    why: failure ?? (verdict.isGood ? null : verdict.why),
    replayLsn: replayed === null ? null : formatLsn(replayed),
    lagMs: verdict.lagMs === null ? null : Math.round(verdict.lagMs),
  }
}

function countBusy(pool: pg.Pool): number {
  return pool.totalCount - pool.idleCount + pool.waitingCount
}

/** Host, port and database, as pg understands the address. */
function nameServer(url: string): string {
  const { host, port, database } = new pg.Client({ connectionString: url })
  return `${host}:${port}/${database ?? ''}`
}
