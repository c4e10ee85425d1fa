import pg from 'pg'

/**
 * A small pool of its own to the server that `pool` reaches, as the same role: work that must never wait behind requests.
 * @param size connections at most
 * @param timeoutMs after which a statement is given up; the server does it where `pool` lets it be told, the client in any case
 * @param settings PostgreSQL settings of its sessions, as its `options`; left out where `pool` sends none (a pooler in front)
 */
export function openSidePool(
  pool: pg.Pool,
  { size, name, timeoutMs, settings = '' }: { size: number; name: string; timeoutMs: number; settings?: string },
): pg.Pool {
  const { options } = pool.options
  const side = new pg.Pool({
    ...pool.options,
    password: pool.options.password, // not enumerable in pool.options
    max: size,
    idleTimeoutMillis: 300_000, // a new connection prepares its statements anew
    application_name: name,
    statement_timeout: undefined,
    query_timeout: timeoutMs + 1000,
    options: options === undefined ? undefined : `${options} ${settings} -c statement_timeout=${timeoutMs}`,
  })
  side.on('error', () => undefined) // an idle connection broke: the pool has already dropped it, the next query opens another
  side.on('connect', (client) => void client.on('error', () => undefined))
  return side
}
