import { resolve } from 'node:path'

/** What the process needs to know before it opens anything. */
export interface Config {
  port: number
  host: string
  /** The public address, without a trailing slash; links, the API description and form posts are checked against it. */
  origin: string
  /** null: Barzan runs a private cluster of its own in `dataDir`. */
  databaseUrl: string | null
  /** The role that migrates; null with `databaseUrl` set: start only checks that the schema is current. */
  databaseOwnerUrl: string | null
  /** Streaming replicas that take reads; none = everything is read from `databaseUrl`. */
  databaseReadUrls: readonly string[]
  /** What stands between us and these servers (not before the owner's): PgBouncer in transaction mode, or nothing. */
  databasePooler: 'transaction' | null
  dataDir: string
  /** Size of the synthetic city made in an empty database; 0 = start empty. */
  cityParcels: number
  /** Opens what changes the land and what shows the inside; null = closed. */
  adminToken: string | null
  /** The least serious events that are logged. */
  logLevel: LogLevel
  /** Queries that take longer are logged with their plan, milliseconds; 0 = none. */
  slowQueryMs: number
  /** false: every tile is rendered when it is asked for (for comparison only). */
  keepsTiles: boolean
  /** Compressed tiles kept in memory, bytes. */
  tileMemoryBytes: number
  /** Addresses of the caches in front (nginx), which are asked to fetch tiles anew once these have changed. */
  caches: readonly string[]
  /** What those caches know such a request by; the same word as in their configuration. */
  cacheToken: string | null
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Read the settings from the environment (the contract of the README). Throws an Error whose message names the variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const port = readWhole(env, 'PORT', 3000, 0, 65_535)
  const host = readText(env, 'HOST') ?? '127.0.0.1'
  const databaseUrl = readPostgresUrl(env, 'DATABASE_URL')
  const databaseOwnerUrl = readPostgresUrl(env, 'DATABASE_OWNER_URL')
  if (databaseOwnerUrl && !databaseUrl) {
    throw new Error('DATABASE_OWNER_URL is set but DATABASE_URL is not: set both, or neither to use the private database')
  }
  return {
    port,
    host,
    origin: readOrigin(env) ?? `http://${formatHost(host)}:${port}`,
    databaseUrl,
    databaseOwnerUrl,
    ...readSpread(env, databaseUrl),
    dataDir: resolve(readText(env, 'BARZAN_DATA') ?? '.data'),
    cityParcels: readWhole(env, 'BARZAN_CITY_PARCELS', 20_000, 0, 5_000_000),
    adminToken: readText(env, 'BARZAN_ADMIN_TOKEN'),
    keepsTiles: readSwitch(env, 'BARZAN_TILE_STORE', true),
    tileMemoryBytes: readWhole(env, 'BARZAN_TILE_MEMORY_MB', 128, 1, 65_536) * 2 ** 20,
    logLevel: readLogLevel(env),
    slowQueryMs: readWhole(env, 'BARZAN_SLOW_QUERY_MS', 500, 0, 600_000),
    ...readCaches(env),
  }
}

function readText(env: Readonly<Record<string, string | undefined>>, name: string): string | null {
  const value = env[name]?.trim()
  return value ? value : null
}

function readSwitch(env: Readonly<Record<string, string | undefined>>, name: string, fallback: boolean): boolean {
  const text = readText(env, name)
  if (text === null) return fallback
  if (text !== 'on' && text !== 'off') throw new Error(`${name} must be on or off, but is "${text}"`)
  return text === 'on'
}

function readWhole(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  fallback: number,
  least: number,
  most: number,
) {
  const text = readText(env, name)
  if (text === null) return fallback
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new Error(`${name} must be a whole number from ${least} to ${most}, but is "${text}"`)
  }
  return value
}

function readOrigin(env: Readonly<Record<string, string | undefined>>): string | null {
  const text = readText(env, 'BARZAN_ORIGIN')
  if (text === null) return null
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new Error(`BARZAN_ORIGIN must be an address like https://barzan.example.org, but is "${text}"`)
  }
  return url.origin
}

function readPostgresUrl(env: Readonly<Record<string, string | undefined>>, name: string): string | null {
  const text = readText(env, name)
  if (text !== null) requirePostgresUrl(name, text)
  return text
}

function requirePostgresUrl(name: string, text: string) {
  // The value may hold a password: it is never repeated in the message.
  if (!/^postgres(ql)?:\/\//.test(text)) throw new Error(`${name} must be an address like postgres://user@host:5432/database`)
}

function readSpread(
  env: Readonly<Record<string, string | undefined>>,
  databaseUrl: string | null,
): Pick<Config, 'databaseReadUrls' | 'databasePooler'> {
  const databaseReadUrls = [...new Set((readText(env, 'DATABASE_READ_URL') ?? '').split(/[\s,]+/).filter(Boolean))]
  for (const url of databaseReadUrls) requirePostgresUrl('DATABASE_READ_URL', url)
  const databasePooler = readText(env, 'DATABASE_POOLER')
  if (databasePooler !== null && databasePooler !== 'transaction') {
    throw new Error(`DATABASE_POOLER must be "transaction" (PgBouncer in transaction mode) or unset, but is "${databasePooler}"`)
  }
  const set = databaseReadUrls.length > 0 ? 'DATABASE_READ_URL' : databasePooler && 'DATABASE_POOLER'
  if (set && !databaseUrl)
    throw new Error(`${set} is set but DATABASE_URL is not: the private database has neither replicas nor a pooler`)
  return { databaseReadUrls, databasePooler }
}

function readCaches(env: Readonly<Record<string, string | undefined>>): Pick<Config, 'caches' | 'cacheToken'> {
  const cacheToken = readText(env, 'BARZAN_CACHE_TOKEN')
  const caches = (readText(env, 'BARZAN_CACHES') ?? '').split(',').flatMap((part) => part.trim() || [])
  for (const cache of caches) {
    const url = URL.parse(cache)
    if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash || url.username) {
      throw new Error(`BARZAN_CACHES must be addresses like http://127.0.0.1:8080, separated by commas, but has "${cache}"`)
    }
  }
  if (caches.length > 0 && cacheToken === null) {
    throw new Error('BARZAN_CACHES is set but BARZAN_CACHE_TOKEN is not: a cache refreshes only for who knows its token')
  }
  if (cacheToken !== null && !/^[\w-]{16,}$/.test(cacheToken)) {
    // The value is a secret: it is not repeated in the message.
    throw new Error('BARZAN_CACHE_TOKEN must be at least 16 letters, digits, - or _')
  }
  return { caches: caches.map((cache) => new URL(cache).origin), cacheToken }
}

function readLogLevel(env: Readonly<Record<string, string | undefined>>): LogLevel {
  const text = readText(env, 'BARZAN_LOG') ?? 'warn'
  const level = LOG_LEVELS.find((known) => known === text)
  if (!level) throw new Error(`BARZAN_LOG must be one of ${LOG_LEVELS.join(', ')}, but is "${text}"`)
  return level
}

/** An address a browser can open: a wildcard host is reached through localhost, IPv6 goes in brackets. */
function formatHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
