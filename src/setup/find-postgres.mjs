import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Oldest PostgreSQL and PostGIS that Barzan runs on. */
export const OLDEST_POSTGRES = 15
export const OLDEST_POSTGIS = [3, 3]

/**
 * The PostgreSQL installations that can run Barzan, newest first: new enough, with a new enough PostGIS beside them.
 * @typedef {{ bin: string, version: number, postgis: string }} Postgres
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ fit: Postgres[], seen: { bin: string, version: number, postgis: string | null }[] }} `seen` is all that was
 *   looked at, for the sentence that says what is missing.
 */
export function findPostgres(env = process.env) {
  const seen = []
  for (const bin of new Set(candidateFolders(env))) {
    const version = readVersion(bin)
    if (version !== null) seen.push({ bin, version, postgis: readPostgisVersion(bin) })
  }
  seen.sort((a, b) => b.version - a.version)
  const fit = seen.flatMap(({ bin, version, postgis }) =>
    version >= OLDEST_POSTGRES && postgis !== null && isPostgisNewEnough(postgis) ? [{ bin, version, postgis }] : [],
  )
  return { fit, seen }
}

/** @param {string} version e.g. '3.3.2' */
export function isPostgisNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_POSTGIS
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/** @param {NodeJS.ProcessEnv} env */
function candidateFolders(env) {
  const folders = []
  if (env.BARZAN_POSTGRES_BIN) folders.push(env.BARZAN_POSTGRES_BIN)
  const versioned = [
    ['/usr/lib/postgresql', 'bin'], // Debian, Ubuntu
    ['/usr', 'bin', /^pgsql-\d+$/], // Fedora, RHEL packages of PGDG
    ['/opt/homebrew/opt', 'bin', /^postgresql(@\d+)?$/],
    ['/usr/local/opt', 'bin', /^postgresql(@\d+)?$/],
    ['/Applications/Postgres.app/Contents/Versions', 'bin'],
  ]
  for (const [root, leaf, pattern] of versioned) {
    if (typeof root !== 'string' || typeof leaf !== 'string' || !existsSync(root)) continue
    for (const name of readdirSync(root)) {
      if (!(pattern instanceof RegExp) || pattern.test(name)) folders.push(join(root, name, leaf))
    }
  }
  folders.push(...(env.PATH ?? '').split(':').filter(Boolean))
  return folders.filter((folder) => ['postgres', 'initdb'].every((program) => existsSync(join(folder, program))))
}

/** @param {string} bin */
function readVersion(bin) {
  const text = run(join(bin, 'postgres'), ['--version'])
  const major = /(\d+)(?:\.\d+|devel|beta\d|rc\d)/.exec(text ?? '')?.[1]
  return major ? Number(major) : null
}

/** The version that `create extension postgis` would give, read from the control file beside this server. */
function readPostgisVersion(/** @type {string} */ bin) {
  const share = shareFolders(bin).find((folder) => existsSync(join(folder, 'extension', 'postgis.control')))
  if (!share) return null
  const files = readdirSync(join(share, 'extension'))
  const versions = files.flatMap((file) => /^postgis--(\d+\.\d+\.\d+)\.sql$/.exec(file)?.[1] ?? [])
  return versions.sort(compareVersions).at(-1) ?? null
}

/** @param {string} bin */
function shareFolders(bin) {
  const asked = existsSync(join(bin, 'pg_config')) ? run(join(bin, 'pg_config'), ['--sharedir'])?.trim() : undefined
  const version = /postgresql\/(\d+)\/bin/.exec(bin)?.[1]
  const root = dirname(bin)
  return [
    asked,
    version && `/usr/share/postgresql/${version}`,
    join(root, 'share', 'postgresql'),
    join(root, 'share'),
    join(root, 'share', 'pgsql'),
  ]
    .filter((folder) => typeof folder === 'string' && folder !== '')
    .map(String)
}

/** @param {string} a @param {string} b */
function compareVersions(a, b) {
  const x = a.split('.').map(Number)
  const y = b.split('.').map(Number)
  return x.map((n, i) => n - (y[i] ?? 0)).find((d) => d !== 0) ?? 0
}

/** @param {string} program @param {string[]} args */
function run(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return null
  }
}
