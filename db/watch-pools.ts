import { Counter, Gauge, Histogram } from '@prometheus-io/client'
import type pg from 'pg'
import type { Log } from '../src/kernel/log.ts'
import { SECONDS, type Metrics } from '../src/kernel/metrics.ts'
import { keepRequest } from '../src/kernel/request-context.ts'
import { onPoolBeside } from './connect.ts'
import { openSlowQueryLog } from './log-slow-queries.ts'
import { watchQueries } from './watch-queries.ts'

/** Tell of this pool, and of those opened beside it, by this name from now on: connections, queries, and those that are slow. */
export type WatchPool = (name: string, pool: pg.Pool) => void

export interface PoolWatchOptions {
  metrics: Metrics
  log: Log
  /** Queries that take longer are logged with their plan, milliseconds; 0 = none. */
  slowQueryMs: number
}

/** One watch for all pools of a process. A pool watched by a name that another had takes its place. */
export function openPoolWatch({ metrics, log, slowQueryMs }: PoolWatchOptions): WatchPool {
  const pools = new Map<string, pg.Pool>()
  const registers = [metrics]
  new Gauge({
    name: 'barzan_database_connections',
    help: 'Connections of a pool, and queries waiting for one.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      this.reset()
      for (const [name, pool] of pools) {
        this.set({ pool: name, state: 'idle' }, pool.idleCount)
        this.set({ pool: name, state: 'used' }, pool.totalCount - pool.idleCount)
        this.set({ pool: name, state: 'waiting' }, pool.waitingCount)
        this.set({ pool: name, state: 'most' }, pool.options.max)
      }
    },
  })
  const durations = new Histogram({
    name: 'barzan_database_query_seconds',
    help: 'Time from a query being sent to its answer, by pool.',
    labelNames: ['pool'],
    buckets: SECONDS,
    registers,
  })
  const failures = new Counter({
    name: 'barzan_database_query_failures_total',
    help: 'Queries that failed, by class of SQLSTATE; "connection" when there was no answer.',
    labelNames: ['pool', 'class'],
    registers,
  })
  const slowQueries = openSlowQueryLog({ log, slowMs: slowQueryMs })

  function watch(name: string, pool: pg.Pool): void {
    pools.set(name, pool)
    onPoolBeside(pool, (beside, role) => watch(`${name} ${role}`, beside))
    keepRequestWhileWaiting(pool)
    const query = { pool: name }
    watchQueries(pool, (run) => {
      durations.observe(query, run.ms / 1000)
      if (run.error) failures.inc({ pool: name, class: classOf(run.error) })
      if (slowQueryMs > 0 && run.ms >= slowQueryMs) slowQueries.report(name, pool, run)
    })
  }
  return watch
}

function classOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : 'connection'
}

/** A query that waits for a connection is sent when somebody else gives one back: it stays the query of its own request. */
function keepRequestWhileWaiting(pool: pg.Pool) {
  const connect = pool.connect.bind(pool) as (...args: unknown[]) => unknown
  const kept = (callback?: (...args: unknown[]) => void) => (callback ? connect(keepRequest(callback)) : connect())
  pool.connect = kept as typeof pool.connect
}
