import pg from 'pg'

/** PostgreSQL settings by name, such as `{ jit: 'off' }`. */
export type Settings = Readonly<Record<string, string>>

type Settled = (error: Error | null, result?: pg.QueryResult) => void

/**
 * Make the settings hold for every statement of `client` although there is no session to set them in: behind PgBouncer in
 * transaction mode each transaction may run on another connection to the server, and what is set at the start of one is refused.
 * A statement by itself is sent together with a `set_config` that holds for its transaction, in the same message: no round trip more. In a
 * transaction of several statements they are set once, with its `begin`. Names of prepared statements are left away: the connection
 * that comes next has never heard of them.
 */
export function settleStatements(client: pg.ClientBase, settings: Settings): void {
  const send = client.query.bind(client) as (query: unknown, values?: unknown, callback?: unknown) => unknown
  const settled = (config: unknown, ...rest: unknown[]): unknown => {
    if (typeof (config as Partial<pg.Submittable>).submit === 'function') return send(config, ...rest)
    const callback = rest.find((argument) => typeof argument === 'function') as Settled | undefined
    const given = typeof config === 'string' ? { text: config } : (config as pg.QueryConfig)
    const values = rest.find((argument) => Array.isArray(argument)) ?? given.values
    const query = { ...given, values, name: undefined }
    const run = (settle: Settled) => void send(composeQuery(query, settings, !isInTransaction(client), settle))
    if (callback) return run(callback)
    return new Promise((resolve, reject) => run((error, result) => (error ? reject(error) : resolve(result))))
  }
  client.query = settled as typeof client.query
}

function isInTransaction(client: pg.ClientBase): boolean {
  const status = client.getTransactionStatus()
  return status === 'T' || status === 'E'
}

function composeQuery(given: pg.QueryConfig, settings: Settings, isAlone: boolean, settle: Settled): pg.Query {
  if (!isAlone) return new Query(given, undefined, settle)
  if (/^\s*(begin|start\s+transaction)\b/i.test(given.text)) {
    const set = Object.entries(settings).map(([name, value]) => `set local ${name} = ${pg.escapeLiteral(value)}`)
    return new Query(
      { ...given, text: [given.text, ...set].join('; ') },
      undefined,
      pick(settle, (results) => results[0]),
    )
  }
  // Several statements in one text, which only the simple protocol takes: one transaction, too.
  if (!given.values?.length && /;\s*\S/.test(given.text)) {
    const text = `${composeSettings(settings)}; ${given.text}`
    return new Query(
      { ...given, text },
      undefined,
      pick(settle, (all) => (all.length === 2 ? all[1] : all.slice(1))),
    )
  }
  const query = new Query(
    { ...given, queryMode: 'extended' },
    undefined,
    pick(settle, (results) => results.at(-1)),
  )
  const { prepare } = query
  query.prepare = (connection) => {
    connection.parse({ text: composeSettings(settings), name: '', types: [] })
    connection.bind({ portal: '', statement: '', values: [] })
    connection.execute({ portal: '', rows: 0 })
    prepare.call(query, connection)
  }
  return query
}

/** With two statements pg answers with two results; whoever asked knows of one. */
function pick(settle: Settled, choose: (results: pg.QueryResult[]) => unknown): Settled {
  return (error, result) => settle(error, Array.isArray(result) ? (choose(result) as pg.QueryResult) : result)
}

/** Returns no row, which nobody would expect. Not `set local`: outside of a transaction block that is warned of in the server's log. */
function composeSettings(settings: Settings): string {
  const set = Object.entries(settings).map(
    ([name, value]) => `set_config('${name}', ${pg.escapeLiteral(value)}, true) as "${name}"`,
  )
  return `select from (select ${set.join(', ')} offset 0) s where "${Object.keys(settings)[0]}" is null`
}

interface Connection {
  parse(message: { text: string; name: string; types: number[] }): void
  bind(message: { portal: string; statement: string; values: unknown[] }): void
  execute(message: { portal: string; rows: number }): void
}

/** What pg's own query does to be sent; its types leave this out. */
const Query = pg.Query as unknown as new (
  config: pg.QueryConfig & { queryMode?: 'extended' },
  values: undefined,
  callback: Settled,
) => pg.Query & { prepare(connection: Connection): void }
