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
 * Debian's PgBouncer in transaction mode, configured as `db/README.md` says, in front of the server with this socket folder.
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
  writeFileSync(
    files.ini,
    `[databases]
${database} = host=${socketDir} port=5432 dbname=${database}
[pgbouncer]
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
listen_port = 6432
unix_socket_dir = ${socket}
auth_type = trust
auth_file = ${files.users}
logfile = ${files.log}
`,
  )
  if (process.getuid?.() === 0) for (const path of [folder, socket, files.users, files.ini]) chownSync(path, uid, gid)
  const identity = process.getuid?.() === 0 ? { uid, gid } : {}
  const child = spawn(findTestServer('pgbouncer')!, [files.ini], { ...identity, cwd: '/', stdio: 'ignore' })
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
