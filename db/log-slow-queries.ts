import type pg from 'pg'
import type { Log } from '../src/kernel/log.ts'
import { explainQuery, isForPlan, isPlanned, type PlanNode } from './explain-query.ts'
import { maskSql } from './mask-literals.ts'
import type { QueryRun } from './watch-queries.ts'

export interface SlowQueryLog {
  /** Log the query, after asking for its plan on the same pool. Returns at once and never throws. */
  report(poolName: string, pool: pg.Pool, run: QueryRun): void
}

/** Why a slow query is logged without its plan. */
type NoPlan = 'no plan' | 'another is being planned' | 'planned lately' | 'enough planned' | `failed: ${string}`

/** Longest text that is logged, characters: a tile's statement has some thousands. */
const LONGEST_TEXT = 6_000
const MINUTE_MS = 60_000

/**
 * A line for each slow query: its text and plan without values, duration, rows, and the request it was run for. Asking for a plan
 * costs the database something while it is already slow: one at a time, each statement once a minute, `plansPerMinute` in all.
 */
export function openSlowQueryLog({
  log,
  slowMs,
  plansPerMinute = 10,
  now = Date.now,
}: {
  log: Log
  slowMs: number
  plansPerMinute?: number
  now?: () => number
}): SlowQueryLog {
  /** Statements planned within the last minute → when; oldest first. */
  const planned = new Map<string, number>()
  let isPlanning = false

  function refuse(text: string): NoPlan | null {
    if (!isPlanned(text)) return 'no plan'
    for (const [known, at] of planned) if (now() - at >= MINUTE_MS) planned.delete(known)
    if (isPlanning) return 'another is being planned'
    if (planned.has(text)) return 'planned lately'
    return planned.size >= plansPerMinute ? 'enough planned' : null
  }

  async function explain(pool: pg.Pool, run: QueryRun): Promise<PlanNode | NoPlan> {
    isPlanning = true
    planned.set(run.text, now())
    try {
      return await explainQuery(pool, run, /plan_cache_mode=force_generic_plan/.test(String(pool.options.options)))
    } catch (error) {
      // A message of the database may repeat a value; its code cannot.
      return `failed: ${(error as { code?: string }).code ?? 'no connection'}`
    } finally {
      isPlanning = false
    }
  }

  function write(poolName: string, run: QueryRun, outcome: PlanNode | NoPlan) {
    const plan = typeof outcome === 'string' ? { noPlan: outcome } : { plan: outcome }
    log.warn(
      {
        reqId: run.requestId,
        pool: poolName,
        ms: Math.round(run.ms),
        limitMs: slowMs,
        rows: run.rows,
        ...(run.error != null && { failed: (run.error as { code?: string }).code ?? 'no answer' }),
        sql: maskSql(run.text).slice(0, LONGEST_TEXT),
        ...plan,
      },
      'slow query',
    )
  }

  return {
    report(poolName, pool, run) {
      if (isForPlan(run.text)) return
      const refusal = refuse(run.text)
      if (refusal) write(poolName, run, refusal)
      else void explain(pool, run).then((outcome) => write(poolName, run, outcome))
    },
  }
}
