import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where systems keep servers; Debian's are not on the PATH of people. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/homebrew/sbin']

/**
 * Servers that stand in front of Barzan or of its database, and that the tests start: the one named by NGINX or PGBOUNCER, or the
 * system's.
 * @param {'nginx' | 'pgbouncer'} name
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null} path of the program
 */
export function findTestServer(name, env = process.env) {
  const named = env[name.toUpperCase()]
  const folders = [...FOLDERS, ...(env.PATH ?? '').split(':').filter(Boolean)]
  return [...(named ? [named] : []), ...folders.map((folder) => join(folder, name))].find((path) => existsSync(path)) ?? null
}
