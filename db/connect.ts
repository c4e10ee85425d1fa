import { Kysely, PostgresDialect } from 'kysely'
import { availableParallelism } from 'node:os'
import pg from 'pg'
import { joinLocalCluster } from './local-cluster.ts'
import { settleStatements, type Settings } from './settle-statements.ts'
import type { DB } from './types.ts'

/** The database as the code sees it: Kysely over the generated types. */
export type Db = Kysely<DB>

/** The part of the configuration that says where the database is. Unset: the private cluster under `dataDir`. */
export interface DatabaseConfig {
  databaseUrl?: string | null
  databaseOwnerUrl?: string | null
  databasePooler?: 'transaction' | null
  dataDir: string
}
/** An open database. `ownerPool` is null when DATABASE_URL is set without DATABASE_OWNER_URL: nothing may be changed then. */
export interface OpenDatabase {
  db: Db
  pool: pg.Pool
  ownerPool: pg.Pool | null
  /** the private cluster, or a server somebody else runs */
  isPrivate: boolean
}

/** No request of the application may hold a connection for longer; whoever needs less sets less. */
export const STATEMENT_TIMEOUT_MS = 15_000

/**
 * Open the database, run, and leave: the pools are closed and the private cluster is left (the last to leave stops it).
 * @throws Error with a sentence when the private cluster cannot be made or started
 */
export async function withDatabase<T>(config: DatabaseConfig, run: (database: OpenDatabase) => Promise<T>): Promise<T> {
  const membership = config.databaseUrl ? null : await joinLocalCluster(config.dataDir)
  const ownerUrl = membership ? membership.ownerUrl : config.databaseOwnerUrl
  const pool = openPool(membership ? membership.url : String(config.databaseUrl), {
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    pooler: config.databasePooler,
  })
  const ownerPool = ownerUrl ? openPool(ownerUrl, { size: 4, applicationName: 'barzan owner' }) : null
  try {
    return await run({ db: createDb(pool), pool, ownerPool, isPrivate: membership !== null })
  } finally {
    await Promise.allSettled([pool.end(), ownerPool?.end()])
    await membership?.leave()
  }
}

/**
 * A pool whose rows have plain values: bigint as number (refused above 2^53), date as 'YYYY-MM-DD', numeric as its exact text.
 * @param options.size connections at most; by default twice the cores, since PostgreSQL does the work
 * @param options.statementTimeoutMs after which the server gives a statement up; by default never
 * @param options.pooler what the URL leads to, when not to PostgreSQL itself
 */
export function openPool(url: string, options: PoolOptions = {}): pg.Pool {
  // Compiling a spatial query takes longer than running it, and planners think its functions dear enough to compile.
  const settings = { jit: 'off', ...(options.statementTimeoutMs && { statement_timeout: String(options.statementTimeoutMs) }) }
  return openWith(
    {
      connectionString: url,
      max: options.size ?? Math.max(4, 2 * availableParallelism()),
      application_name: options.applicationName ?? 'barzan',
      connectionTimeoutMillis: options.connectMs ?? 5_000,
      types: plainValues,
    },
    settings,
    options.pooler === 'transaction',
  )
}

export interface PoolOptions {
  size?: number
  applicationName?: string
  statementTimeoutMs?: number
  /** Longest to wait for a connection, milliseconds. */
  connectMs?: number
  pooler?: 'transaction' | null
}

/**
 * Another pool to the server that `pool` reaches, as the same role, for work that must not wait behind that of `pool`. Close it before.
 * @param options.settings of PostgreSQL, beside jit=off
 * @param options.answerMs after which an answer is not waited for any more; by default always
 */
export function openPoolBeside(
  pool: pg.Pool,
  options: { size: number; applicationName: string; settings: Settings; answerMs?: number },
): pg.Pool {
  const beside = openWith(
    {
      ...pool.options,
      password: pool.options.password, // not enumerable there
      max: options.size,
      application_name: options.applicationName,
      idleTimeoutMillis: 300_000, // a new connection plans its statements anew
      query_timeout: options.answerMs,
    },
    { jit: 'off', ...options.settings },
    pool.options.options === undefined,
  )
  besides.set(pool, [...(besides.get(pool) ?? []), beside])
  besideListeners.get(pool)?.(beside, options.applicationName)
  return beside
}

/** Be told of each pool that is opened beside this one from now on, with the name its connections go by. */
export function onPoolBeside(pool: pg.Pool, listener: (beside: pg.Pool, applicationName: string) => void): void {
  besideListeners.set(pool, listener)
}

/** End all connections of a pool at once, and of those beside it, also where a query waits for an answer: it fails. */
export function cutConnections(pool: pg.Pool): void {
  // Not client.end(), which takes leave of a server that may not be there, and leaves an idle connection in the pool meanwhile.
  for (const client of connections.get(pool) ?? []) (client as unknown as Wire).connection.stream.destroy()
  for (const beside of besides.get(pool) ?? []) cutConnections(beside)
}

/** What pg keeps and its types do not tell. */
interface Wire {
  connection: { stream: { destroy(): void } }
}
const connections = new WeakMap<pg.Pool, Set<pg.ClientBase>>()
const besides = new WeakMap<pg.Pool, pg.Pool[]>()
const besideListeners = new WeakMap<pg.Pool, (beside: pg.Pool, applicationName: string) => void>()

function openWith(config: pg.PoolConfig, settings: Settings, isPooled: boolean): pg.Pool {
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
  const pool = new pg.Pool({ ...config, options: isPooled ? undefined : options.join(' ') })
  const open = new Set<pg.ClientBase>()
  connections.set(pool, open)
  // A server that goes away ends the idle connections; the next query opens new ones.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => {
    // And those in use: their query or transaction fails, which is told to whoever asked; without this the process would end.
    client.on('error', () => undefined)
    open.add(client)
    if (isPooled) settleStatements(client, settings)
  })
  pool.on('remove', (client) => void open.delete(client))
  return pool
}

/** Kysely over a pool of ours. Closing the pool closes it. */
export function createDb(pool: pg.Pool): Db {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
}

const { builtins } = pg.types
const plainValues = new pg.TypeOverrides()
plainValues.setTypeParser(builtins.INT8, readBigint)
plainValues.setTypeParser(builtins.DATE, (text) => text)

function readBigint(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a number: read it as text (::text)`)
  return value
}
