import pg from 'pg'
import { maskCondition } from './mask-literals.ts'

/** A statement that was run, with what it was run with. */
export interface RunStatement {
  text: string
  values: readonly unknown[]
}

/** A node of a plan, with the names PostgreSQL gives to its properties (`Node Type`, `Index Cond`, `Plans`, …). */
export type PlanNode = { [property: string]: string | number | boolean | string[] | PlanNode[] }

/** Statements that have a plan. Others (begin, copy, create, …) have none. */
const PLANNED = /^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*(select|with|values|insert|update|delete|merge)\b/i

/** Longest that planning may take, and longest to wait for a lock, milliseconds. */
const LIMITS = { statement: 2_000, lock: 500 }

/** At the end of each statement of ours. */
const OWN = ' /* for a plan */'

/** Whether the statement was run only to learn the plan of another. */
export function isForPlan(text: string): boolean {
  return text.endsWith(OWN)
}

export function isPlanned(text: string): boolean {
  return PLANNED.test(text)
}

/**
 * How PostgreSQL would run the statement, with every constant masked. It is planned, not run: no ANALYZE, in a transaction that may
 * only read and is rolled back, and by the extended protocol, which takes one statement only.
 * @param isGeneric whether the pool's statements are planned once for all values (`plan_cache_mode = force_generic_plan`)
 */
export async function explainQuery(pool: pg.Pool, { text, values }: RunStatement, isGeneric = false): Promise<PlanNode> {
  const client = await pool.connect()
  let isUsable = false
  try {
    await client.query(`begin read only${OWN}`)
    await client.query(`set local statement_timeout = ${LIMITS.statement}; set local lock_timeout = ${LIMITS.lock}${OWN}`)
    const plan = isGeneric ? await explainGeneric(client, text, values.length) : await explainWith(client, text, values)
    isUsable = true
    return maskPlan(plan)
  } catch (error) {
    isUsable = error instanceof pg.DatabaseError && !error.code?.startsWith('57P')
    throw error
  } finally {
    if (isUsable) isUsable = await client.query(`rollback${OWN}`).then(() => true, () => false) // prettier-ignore
    client.release(!isUsable)
  }
}

type Explained = { rows: [[{ Plan: PlanNode }[]]] }

async function explainWith(client: pg.PoolClient, text: string, values: readonly unknown[]): Promise<PlanNode> {
  const query = { text: `explain (format json) ${text}${OWN}`, values: [...values], rowMode: 'array', queryMode: 'extended' }
  const { rows } = (await client.query(query)) as unknown as Explained
  return rows[0][0][0]!.Plan
}

/** The plan for any values at all: that of a prepared statement. Before PostgreSQL 16 there is no other way to see it. */
async function explainGeneric(client: pg.PoolClient, text: string, count: number): Promise<PlanNode> {
  await client.query({ text: `prepare barzan_explained as ${text}${OWN}`, queryMode: 'extended' } as pg.QueryConfig)
  try {
    const nulls = count > 0 ? `(${Array(count).fill('null').join(', ')})` : ''
    const { rows } = (await client.query({
      text: `explain (format json) execute barzan_explained${nulls}${OWN}`,
      rowMode: 'array',
    })) as unknown as Explained
    return rows[0][0][0]!.Plan
  } finally {
    // Prepared statements outlive transactions.
    await client.query(`rollback; deallocate barzan_explained${OWN}`)
  }
}

/** Properties that are names or kinds, not values. Whatever is not named here is masked. */
const NAMES = new Set(
  'Node Type,Parent Relationship,Relation Name,Alias,Index Name,Join Type,Strategy,Partial Mode,Scan Direction,Subplan Name,CTE Name,Function Name,Operation,Command'.split(','),
) // prettier-ignore

/** More than this of a plan is left out: a tile's has a node for each table of each layer. */
const MOST_NODES = 300

/** The plan without a single constant: what was searched for must not be found in the log. */
export function maskPlan(plan: PlanNode, counter = { nodes: 0 }): PlanNode {
  const masked: PlanNode = {}
  for (const [property, value] of Object.entries(plan)) {
    if (property === 'Plans') {
      const children = (value as PlanNode[]).filter(() => ++counter.nodes < MOST_NODES)
      masked[property] = children.map((child) => maskPlan(child, counter))
    } else if (typeof value === 'string') {
      masked[property] = NAMES.has(property) ? value : maskCondition(value)
    } else if (Array.isArray(value)) {
      masked[property] = value.flatMap((item) => (typeof item === 'string' ? maskCondition(item) : []))
    } else masked[property] = value
  }
  return masked
}
