import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findPostgres, OLDEST_POSTGRES, type Postgres } from '#src/setup/find-postgres.mjs'

/** Where one PostgreSQL cluster of ours lives. `socketDir` is 0700, so the socket is out of reach of other local users. */
export interface ClusterPlace {
  dataDir: string
  socketDir: string
  logFile: string
}
/** The operating-system user PostgreSQL runs as: it refuses to run as root. */
export interface SystemUser {
  name: string
  uid: number
  gid: number
}

/** Roles of every cluster of ours. The superuser only prepares; the owner migrates and loads; the application reads and writes rows. */
export const SUPERUSER = 'postgres'
export const OWNER = 'barzan_owner'
export const APP = 'barzan_app'

/** A connection URL over the cluster's socket. */
export function socketUrl(place: ClusterPlace, role: string, database: string): string {
  return `postgres://${role}@/${database}?host=${encodeURIComponent(place.socketDir)}`
}

/**
 * Make a new cluster: UTF-8, C.UTF-8, Unix socket only, peer authentication that admits the server's own user and `process` user.
 * @param isDurable false only for tests: what is written may be lost with the machine.
 * @throws Error with a sentence when the folder cannot be used or PostgreSQL is missing.
 */
export function createCluster(place: ClusterPlace, isDurable: boolean): void {
  const user = chooseServerUser()
  const { bin } = choosePostgres()
  for (const dir of [place.dataDir, place.socketDir]) {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    chmodSync(dir, 0o700)
    if (process.getuid?.() === 0) chownSync(dir, user.uid, user.gid)
  }
  requireReachable(place.dataDir, user)
  const locale = process.platform === 'darwin' ? ['--locale=C', '--lc-ctype=UTF-8'] : ['--locale=C.UTF-8']
  const options = ['--encoding=UTF8', ...locale, `--username=${SUPERUSER}`, '--auth=peer', '--no-instructions', '--no-sync']
  try {
    execFileSync(join(bin, 'initdb'), ['-D', place.dataDir, ...options], asUser(user))
    // The whole file system at once: initdb would do it file by file, which takes seconds.
    if (isDurable) execFileSync('sync', process.platform === 'linux' ? ['-f', place.dataDir] : [])
  } catch (cause) {
    rmSync(place.dataDir, { recursive: true, force: true })
    throw new Error(`initdb failed in ${place.dataDir}: ${String((cause as { stderr?: unknown }).stderr).trim()}`, { cause })
  }
  const people = new Set([user.name, userInfo().username, 'root'])
  const roles = [SUPERUSER, OWNER, APP]
  writeFileSync(join(place.dataDir, 'pg_hba.conf'), 'local all all peer map=barzan\n')
  writeFileSync(
    join(place.dataDir, 'pg_ident.conf'),
    [...people].flatMap((name) => roles.map((role) => `barzan "${name}" ${role}\n`)).join(''),
  )
}

/**
 * Start the server of a cluster and wait until it takes connections. It outlives this process on purpose.
 * @param settings PostgreSQL settings by name
 * @returns the process id of the postmaster
 */
export async function startPostgres(place: ClusterPlace, settings: Record<string, string>): Promise<number> {
  const owner = statSync(place.dataDir)
  const version = Number(readFileSync(join(place.dataDir, 'PG_VERSION'), 'utf8'))
  const { bin } = choosePostgres(version)
  const all = { listen_addresses: '', unix_socket_directories: place.socketDir, unix_socket_permissions: '0700', ...settings }
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  mkdirSync(place.socketDir, { recursive: true, mode: 0o700 })
  if (process.getuid?.() === 0) chownSync(place.socketDir, owner.uid, owner.gid)
  const log = openSync(place.logFile, 'a', 0o600)
  const child = spawn(join(bin, 'postgres'), ['-D', place.dataDir, ...args], {
    ...asUser(owner),
    detached: true, // its own session: Ctrl-C in the terminal stops the application, which then stops the server in order
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  let failure: string | null = null
  child.once('error', (error) => (failure = error.message))
  child.once('exit', (code, signal) => (failure ??= `it ended with ${signal ?? code}`))
  for (let waited = 0; waited < 120_000; waited += 20) {
    if (failure !== null) throw new Error(`PostgreSQL did not start: ${String(failure)}. ${lastLines(place.logFile)}`)
    const postmaster = readPostmaster(place.dataDir)
    if (postmaster?.pid === child.pid && postmaster?.isReady) return postmaster.pid
    await sleep(20)
  }
  throw new Error(`PostgreSQL did not get ready within two minutes. ${lastLines(place.logFile)}`)
}

/** Fast shutdown: open transactions are rolled back, the rest is written. After 60 s the hard way, which costs a recovery at the next start. */
export async function stopPostgres(place: ClusterPlace): Promise<void> {
  const pid = findLivePostmaster(place.dataDir)
  if (pid === null) return
  for (const [signal, patienceMs] of [
    ['SIGINT', 60_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 5_000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    for (let waited = 0; waited < patienceMs; waited += 10) {
      if (findLivePostmaster(place.dataDir) === null) return
      await sleep(10)
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) does not stop`)
}

/** The running postmaster of this data directory, or null. A postmaster.pid left by a killed server does not count. */
export function findLivePostmaster(dataDir: string): number | null {
  const pid = readPostmaster(dataDir)?.pid
  return pid !== undefined && isPostmasterOf(pid, dataDir) ? pid : null
}

/** The newest fitting PostgreSQL, or the one of exactly `version`. @throws Error naming what to install */
export function choosePostgres(version?: number): Postgres {
  const { fit } = findPostgres()
  const chosen = version === undefined ? fit[0] : fit.find((f) => f.version === version)
  if (chosen) return chosen
  throw new Error(
    version === undefined
      ? `PostgreSQL ${OLDEST_POSTGRES} or newer with PostGIS 3.3 or newer is not installed. npm start says how to install it.`
      : `This database was made by PostgreSQL ${version}, which is not installed any more (with PostGIS). Install postgresql-${version}-postgis-3, or restore a dump into a new one.`,
  )
}

function chooseServerUser(): SystemUser {
  if (process.getuid?.() !== 0) {
    const { username, uid, gid } = userInfo()
    return { name: username, uid, gid }
  }
  const users = readUsers()
  const user = ['postgres', '_postgres', 'barzan'].map((name) => users.find((u) => u.name === name)).find((u) => u !== undefined)
  if (user) return user
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'barzan'], {
      stdio: 'pipe',
    })
  } catch (cause) {
    throw new Error(
      'PostgreSQL does not run as root, and there is no user "postgres" here. Make one (useradd --system postgres), or start Barzan as another user.',
      { cause },
    )
  }
  const made = readUsers().find((u) => u.name === 'barzan')
  if (!made) throw new Error('the user "barzan" was made but is not found in /etc/passwd')
  return made
}

function readUsers(): SystemUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [name, , uid, gid] = line.split(':')
      return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
    })
}

/** Every parent must let the server's user through; a home of mode 0700 does not. */
function requireReachable(dataDir: string, user: SystemUser): void {
  if (process.getuid?.() !== 0) return
  try {
    execFileSync('test', ['-w', dataDir], asUser(user))
  } catch {
    throw new Error(
      `the user "${user.name}", who runs PostgreSQL when Barzan is started by root, cannot reach ${dataDir}. Set BARZAN_DATA to a folder whose parents it may enter, such as /var/lib/barzan.`,
    )
  }
}

/** Spawn options that shed root and the caller's environment (PGDATA, PGPORT and friends would change what the server does). */
function asUser(user: { uid: number; gid: number }) {
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    TZ: 'UTC',
    LC_ALL: process.platform === 'darwin' ? 'C' : 'C.UTF-8',
    HOME: homedir(),
  }
  const identity = process.getuid?.() === 0 ? { uid: user.uid, gid: user.gid } : {}
  return {
    ...identity,
    env,
    cwd: '/',
    encoding: 'utf8' as const,
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  }
}

/** postmaster.pid: line 1 the process, line 8 "ready" once it takes connections. */
function readPostmaster(dataDir: string): { pid: number; isReady: boolean } | null {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    return pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : null
  } catch {
    return null
  }
}

/** The pid may have been given to another program since: on Linux its command line tells. */
function isPostmasterOf(pid: number, dataDir: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const command = existsSync(`/proc/${pid}/cmdline`)
    ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  return command.includes(dataDir)
}

function lastLines(file: string): string {
  return existsSync(file) ? `The end of ${file}:\n${readFileSync(file, 'utf8').trim().split('\n').slice(-8).join('\n')}` : ''
}
