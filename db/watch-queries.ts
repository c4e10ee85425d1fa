import type pg from 'pg'
import { findRequestId } from '../src/kernel/request-context.ts'

/** A query that has been answered, or has failed. */
export interface QueryRun {
  text: string
  values: readonly unknown[]
  /** Rows that came back or were changed; null when it failed or there were several statements. */
  rows: number | null
  ms: number
  error: unknown
  /** The request it was run for, when there was one. */
  requestId: string | undefined
}

type Settle = (error: unknown, result: unknown) => void

/**
 * Call `report` after every query on connections that this pool opens from now on, whoever runs them: Kysely, a raw query or a
 * transaction. Streams (COPY) and cursors are left alone. Costs about a microsecond a query.
 */
export function watchQueries(pool: pg.Pool, report: (run: QueryRun) => void): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    const watched = (...args: unknown[]): unknown => {
      const statement = readStatement(args[0], args[1])
      if (!statement) return query(...args)
      const requestId = findRequestId()
      const startedAt = performance.now()
      const settle: Settle = (error, result) => {
        report({ ...statement, rows: countRows(result), ms: performance.now() - startedAt, error, requestId })
      }
      const last = args.length - 1
      const callback = args[last]
      if (typeof callback === 'function') {
        args[last] = (error: unknown, result: unknown) => {
          settle(error, result)
          ;(callback as Settle)(error, result)
        }
        return query(...args)
      }
      const answer = query(...args)
      if (answer instanceof Promise) answer.then((result) => settle(null, result), (error: unknown) => settle(error, null)) // prettier-ignore
      return answer
    }
    client.query = watched as typeof client.query
  })
}

/** What was asked; null for what is no plain query (something that submits itself). */
function readStatement(query: unknown, values: unknown): Pick<QueryRun, 'text' | 'values'> | null {
  if (typeof query === 'string') return { text: query, values: Array.isArray(values) ? values : [] }
  const { submit, text, values: own } = (query ?? {}) as { submit?: unknown; text?: unknown; values?: unknown }
  if (typeof submit === 'function' || typeof text !== 'string') return null
  return { text, values: Array.isArray(own) ? own : Array.isArray(values) ? values : [] }
}

function countRows(result: unknown): number | null {
  const { rowCount } = (result ?? {}) as { rowCount?: unknown }
  return typeof rowCount === 'number' ? rowCount : null
}
