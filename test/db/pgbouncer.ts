import { spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findTestServer } from '#src/setup/find-test-servers.mjs'

export interface PgBouncer {
  /** The same database and role as the URL behind it. */
  url: string
  stop(): Promise<void>
}

/**
 * Debian's PgBouncer as `db/pgbouncer.ini` configures it, but for places and authentication, in front of the server with this socket folder.
 * @param poolSize connections to the server: fewer than the application opens, so that they are really shared
 */
export async function startPgBouncer(socketDir: string, database: string, poolSize = 3): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'barzan-pgbouncer-'))
  chmodSync(folder, 0o755)
  const { uid, gid } = statSync(socketDir)
  const socket = join(folder, 's')
  mkdirSync(socket)
  const files = { users: join(folder, 'users.txt'), ini: join(folder, 'pgbouncer.ini'), log: join(folder, 'log') }
  writeFileSync(files.users, '"barzan_app" ""\n')
  const ours = {
    barzan: '', // another database
    default_pool_size: String(poolSize),
    listen_addr: '',
    unix_socket_dir: socket,
    auth_type: 'trust',
    auth_file: files.users,
    logfile: files.log,
  }
  const provided = readFileSync(new URL('../../db/pgbouncer.ini', import.meta.url), 'utf8')
  const kept = provided.split('\n').filter((line) => !Object.keys(ours).includes(line.split(' = ')[0]!))
  const changed = Object.entries(ours).flatMap(([name, value]) => (value ? `${name} = ${value}` : []))
  const [before, after] = kept.join('\n').split('[databases]\n') as [string, string]
  writeFileSync(
    files.ini,
    `${before}[databases]\n${database} = host=${socketDir} port=5432 dbname=${database}\n${after}\n${changed.join('\n')}\n`,
  )
  if (process.getuid?.() === 0) for (const path of [folder, socket, files.users, files.ini]) chownSync(path, uid, gid)
  const identity = process.getuid?.() === 0 ? { uid, gid } : {}
  const child = spawn(findTestServer('pgbouncer')!, [files.ini], { ...identity, cwd: '/', stdio: 'ignore' })
  // A test run that is killed cannot clean up: a watcher of its own does it then.
  const script = 'while kill -0 "$1" && kill -0 "$2"; do sleep 1; done; kill -KILL "$2"; rm -rf "$3"'
  spawn('sh', ['-c', script, 'sh', String(process.pid), String(child.pid), folder], { detached: true, stdio: 'ignore' }).unref()
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for (let waited = 0; !(await answers(join(socket, '.s.PGSQL.6432'))); waited += 20) {
    if (waited > 10_000 || child.exitCode !== null) throw new Error(`PgBouncer did not start: ${readFileSync(files.log, 'utf8')}`)
    await sleep(20)
  }
  return {
    url: `postgres://barzan_app@/${database}?host=${encodeURIComponent(socket)}&port=6432`,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => (socket.destroy(), resolve(true))) // prettier-ignore
    socket.once('error', () => resolve(false))
  })
}
