import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '#db/connect.ts'
import { joinLocalCluster } from '#db/local-cluster.ts'
import { findLivePostmaster } from '#db/postgres-process.ts'

const MEMBER = fileURLToPath(new URL('./member.ts', import.meta.url))
const isRoot = process.getuid?.() === 0

describe('the private cluster', () => {
  let home: string
  let dataDir: string
  const started: ChildProcess[] = []

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'barzan-cluster-'))
    chmodSync(home, 0o755)
    dataDir = join(home, 'postgres')
  })
  afterEach(async () => {
    for (const child of started.splice(0)) await end(child, 'SIGKILL')
    // Whoever joins and leaves last stops what the killed ones left.
    await (await joinLocalCluster(home)).leave()
    expect(findLivePostmaster(dataDir)).toBeNull()
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  /** Start a member process and wait until it has joined. */
  async function startMember(): Promise<{ child: ChildProcess; url: string }> {
    const child = spawn(process.execPath, [MEMBER, home], { stdio: ['ignore', 'pipe', 'inherit'] })
    started.push(child)
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (line: Buffer) => resolve(line.toString().trim()))
      child.once('exit', (code) => reject(new Error(`the member ended with ${code}`)))
    })
    return { child, url }
  }

  test('is durable, UTF-8, on a closed Unix socket only, and not run by root', async () => {
    const membership = await joinLocalCluster(home)
    const pool = openPool(membership.url, { size: 1 })
    const { rows } =
      await pool.query(`select current_user as who, current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit, current_setting('listen_addresses') as listen_addresses,
      current_setting('server_encoding') as encoding, current_setting('lc_ctype') as lc_ctype`)
    expect(rows).toEqual([
      {
        who: 'barzan_app',
        fsync: 'on',
        full_page_writes: 'on',
        synchronous_commit: 'on',
        listen_addresses: '',
        encoding: 'UTF8',
        lc_ctype: process.platform === 'darwin' ? 'UTF-8' : 'C.UTF-8',
      },
    ])
    const roles = await pool.query(
      `select rolname, rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname ~ '^barzan' order by 1`,
    )
    expect(roles.rows).toEqual([
      { rolname: 'barzan_app', rolsuper: false, rolcreaterole: false, rolcreatedb: false },
      { rolname: 'barzan_owner', rolsuper: false, rolcreaterole: false, rolcreatedb: true },
    ])
    expect(statSync(join(home, 'socket')).mode & 0o777).toBe(0o700)
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    if (process.platform === 'linux')
      expect(readFileSync(`/proc/${findLivePostmaster(dataDir)}/status`, 'utf8')).not.toMatch(/^Uid:\t0/m)
    await pool.end()
    await membership.leave()
  })

  test.skipIf(!isRoot)('lets no other local user in', async () => {
    const membership = await joinLocalCluster(home)
    const { uid, gid } = { uid: 65_534, gid: 65_534 }
    const connect = () => execFileSync('psql', [membership.url, '-c', 'select 1'], { uid, gid, stdio: 'pipe', cwd: '/' })
    expect(connect).toThrow(/Permission denied/)
    // Even past the closed folder, peer authentication knows only the server's user and ours.
    chmodSync(join(home, 'socket'), 0o755)
    execFileSync('sh', ['-c', `chmod 777 ${join(home, 'socket', '.s.PGSQL.5432')}`])
    expect(connect).toThrow(/Peer authentication failed/)
    chmodSync(join(home, 'socket'), 0o700)
    await membership.leave()
  })

  test('a second process joins; the server stays until the last one leaves', async () => {
    const first = await startMember()
    const postmaster = findLivePostmaster(dataDir)
    const second = await startMember()
    expect(findLivePostmaster(dataDir)).toBe(postmaster)
    // The same folder by another name is the same cluster.
    symlinkSync(home, `${home}-link`)
    const third = await joinLocalCluster(`${home}-link`)
    expect(findLivePostmaster(dataDir)).toBe(postmaster)
    await third.leave()
    rmSync(`${home}-link`)
    await end(first.child, 'SIGTERM')
    expect(findLivePostmaster(dataDir)).toBe(postmaster)
    await end(second.child, 'SIGTERM')
    expect(findLivePostmaster(dataDir)).toBeNull()
  })

  test('processes that start at once make one server', async () => {
    rmSync(dataDir, { recursive: true })
    writeFileSync(join(home, 'postgres.log'), '')
    const members = await Promise.all([startMember(), startMember(), startMember()])
    expect(readFileSync(join(home, 'postgres.log'), 'utf8').match(/starting PostgreSQL/g)).toHaveLength(1)
    await Promise.all(members.map(({ child }) => end(child, 'SIGTERM')))
    expect(findLivePostmaster(dataDir)).toBeNull()
  })

  test('a killed application leaves the server running, and the next one adopts and stops it', async () => {
    const killed = await startMember()
    const postmaster = findLivePostmaster(dataDir)
    await end(killed.child, 'SIGKILL')
    await sleep(300)
    expect(findLivePostmaster(dataDir)).toBe(postmaster)
    const next = await startMember()
    expect(findLivePostmaster(dataDir)).toBe(postmaster)
    await end(next.child, 'SIGTERM')
    expect(findLivePostmaster(dataDir)).toBeNull()
  })

  test('a killed server comes back under a running application, with what was committed', async () => {
    const membership = await joinLocalCluster(home)
    const owner = openPool(membership.ownerUrl, { size: 3 })
    await owner.query('create table if not exists kept (x int)')
    await owner.query('insert into kept values (1)')
    const longQuery = owner.query('select pg_sleep(30), count(*) from generate_series(1, 1000000000)').catch(() => 'ended')
    await sleep(200)
    const postmaster = Number(findLivePostmaster(dataDir))
    process.kill(postmaster, 'SIGKILL')
    const answer = await retry(() => owner.query('select count(*) as kept from kept'), 20_000)
    expect(answer.rows[0].kept).toBeGreaterThan(0)
    expect(findLivePostmaster(dataDir)).not.toBe(postmaster)
    await expect(longQuery).resolves.toBe('ended')
    await owner.query('drop table kept')
    await owner.end()
    await membership.leave()
  })

  test('application and server both killed: the next start recovers', async () => {
    const { child } = await startMember()
    process.kill(Number(findLivePostmaster(dataDir)), 'SIGKILL')
    await end(child, 'SIGKILL')
    const { url } = await startMember()
    const pool = openPool(url, { size: 1 })
    await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
    await pool.end()
  })

  test.skipIf(process.platform !== 'linux')(
    'a postmaster.pid whose number is another program’s by now does not block',
    async () => {
      const { child } = await startMember()
      const pidFile = join(dataDir, 'postmaster.pid')
      const text = readFileSync(pidFile, 'utf8')
      process.kill(Number(findLivePostmaster(dataDir)), 'SIGKILL')
      await end(child, 'SIGKILL')
      const stranger = spawn('sleep', ['60'], isRoot ? { uid: statSync(dataDir).uid } : {})
      const stale = text.replace(/^\d+/, String(stranger.pid))
      writeFileSync(pidFile, stale)
      await expect(startMember()).resolves.toBeDefined()
      expect(stranger.exitCode).toBeNull()
      await end(stranger, 'SIGKILL')
    },
  )

  test('a start that was killed half way leaves nothing in the way', async () => {
    rmSync(dataDir, { recursive: true })
    const child = spawn(process.execPath, [MEMBER, home], { stdio: 'ignore' })
    while (!existsSync(join(`${dataDir}.making`, 'PG_VERSION'))) await sleep(5)
    await end(child, 'SIGKILL')
    expect(existsSync(dataDir)).toBe(false)
    await expect(startMember()).resolves.toBeDefined()
  })

  test('a data folder with a long path gets its socket in a short one', async () => {
    const deep = join(home, 'a-folder-with-a-name-of-some-length', 'another-folder-with-a-name-of-some-length', 'and-a-third')
    mkdirSync(deep, { recursive: true })
    const membership = await joinLocalCluster(deep)
    const pool = openPool(membership.url, { size: 1 })
    await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
    await pool.end()
    await membership.leave()
  })
})

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const code = await ended
  if (signal === 'SIGTERM') expect(code).toBe(0)
}

async function retry<T>(run: () => Promise<T>, patienceMs: number): Promise<T> {
  for (let waited = 0; ; waited += 100) {
    try {
      return await run()
    } catch (error) {
      if (waited >= patienceMs) throw error
      await sleep(100)
    }
  }
}
