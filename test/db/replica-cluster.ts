import { execFile, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type pg from 'pg'
import { buildCity } from '#db/city/build-city.ts'
import { createDb, openPool } from '#db/connect.ts'
import { migrate } from '#db/migrate.ts'
import {
  APP,
  choosePostgres,
  createCluster,
  findLivePostmaster,
  OWNER,
  socketUrl,
  startPostgres,
  stopPostgres,
  SUPERUSER,
  type ClusterPlace,
} from '#db/postgres-process.ts'
import { prepareCluster } from '#db/prepare-cluster.ts'
import { FAST } from '#db/scratch-cluster.ts'
import { rebuildStalePyramids } from '#tiles/rebuild.ts'

const DATABASE = 'barzan'
/** As an operator would: what is answered as written is written. */
const SETTINGS = { ...FAST, synchronous_commit: 'on', full_page_writes: 'on', shared_buffers: '64MB', max_connections: '100' }

/** A server of a test, which may be stopped, killed and started again. */
export interface TestServer {
  place: ClusterPlace
  /** as the application's role */
  url: string
  ownerUrl: string
  superuserUrl: string
  start(): Promise<void>
  stop(): Promise<void>
  /** SIGKILL to all of it, as when the machine fails: nothing is told to anybody. */
  kill(): Promise<void>
  /** It is still there, but does nothing and says nothing, until it is continued. */
  freeze(): void
  continue(): void
  remove(): Promise<void>
}

/** A primary with the synthetic city of 600 parcels, ready to be copied. */
export async function startPrimary(): Promise<TestServer> {
  const place = makePlace('primary')
  createCluster(place, false)
  appendFileSync(join(place.dataDir, 'pg_hba.conf'), 'local replication all peer map=barzan\n')
  const primary = describeServer(place)
  await primary.start()
  await prepareCluster(place, DATABASE)
  const ownerPool = openPool(primary.ownerUrl, { size: 4 })
  try {
    await migrate(ownerPool)
    await buildCity(ownerPool, { parcels: 600, seed: 1 })
    await rebuildStalePyramids(ownerPool)
    await ownerPool.query('vacuum analyze')
  } finally {
    await ownerPool.end()
  }
  return primary
}

/** A streaming replica, made as `db/README.md` says. Its slot keeps what it has not fetched yet. */
export async function startReplica(primary: TestServer, name: string): Promise<TestServer> {
  const place = makePlace(name)
  const owner = statSync(primary.place.dataDir)
  const from = ['-h', primary.place.socketDir, '-U', SUPERUSER, '-D', place.dataDir]
  const how = ['-R', '-C', '-S', name, '-X', 'stream', '-c', 'fast', '--no-sync']
  const identity = process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {}
  chmodSync(dirname(place.dataDir), 0o777)
  await promisify(execFile)(join(choosePostgres().bin, 'pg_basebackup'), [...from, ...how], { ...identity, cwd: '/' })
  copyFileSync(new URL('../../db/replica.conf', import.meta.url), join(place.dataDir, 'replica.conf'))
  appendFileSync(join(place.dataDir, 'postgresql.conf'), "include = 'replica.conf'\n")
  chownSync(join(place.dataDir, 'replica.conf'), owner.uid, owner.gid)
  const replica = describeServer(place)
  await replica.start()
  return replica
}

/** Wait until the replica has replayed everything that the primary has written so far. */
export async function catchUp(primary: pg.Pool, replica: pg.Pool): Promise<void> {
  const { rows } = await primary.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn')
  for (let waited = 0; waited < 20_000; waited += 20) {
    const { rows: found } = await replica.query('select pg_last_wal_replay_lsn() >= $1::pg_lsn as there', [rows[0]!.lsn])
    if (found[0]?.there) return
    await sleep(20)
  }
  throw new Error('the replica does not catch up')
}

/** The application's way to a server, as `test/database.ts` gives it. */
export function openDatabase({ url }: Pick<TestServer, 'url'>) {
  const pool = openPool(url, { size: 4, statementTimeoutMs: 15_000 })
  return { url, pool, db: createDb(pool) }
}

function makePlace(name: string): ClusterPlace {
  const folder = mkdtempSync(join(tmpdir(), `barzan-${name}-`))
  chmodSync(folder, 0o755)
  removeWhenOrphaned(folder)
  return { dataDir: join(folder, 'data'), socketDir: join(folder, 's'), logFile: join(folder, 'log') }
}

function describeServer(place: ClusterPlace): TestServer {
  const folder = dirname(place.dataDir)
  const signal = (name: NodeJS.Signals) => {
    for (const pid of listProcesses(place)) {
      try {
        process.kill(pid, name)
      } catch {
        // it has ended meanwhile
      }
    }
  }
  return {
    place,
    url: socketUrl(place, APP, DATABASE),
    ownerUrl: socketUrl(place, OWNER, DATABASE),
    superuserUrl: socketUrl(place, SUPERUSER, DATABASE),
    async start() {
      await startPostgres(place, SETTINGS)
    },
    stop: () => stopPostgres(place),
    async kill() {
      signal('SIGKILL')
      while (findLivePostmaster(place.dataDir) !== null) await sleep(10)
    },
    freeze: () => signal('SIGSTOP'),
    continue: () => signal('SIGCONT'),
    async remove() {
      if (findLivePostmaster(place.dataDir) !== null) signal('SIGCONT')
      await stopPostgres(place)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The postmaster and everything it has started. */
function listProcesses(place: ClusterPlace): number[] {
  const postmaster = findLivePostmaster(place.dataDir)
  if (postmaster === null) return []
  const children = spawnSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' }).stdout
  return [postmaster, ...children.split(/\s+/).filter(Boolean).map(Number)]
}

/** A test run that is killed cannot clean up: a watcher of its own does it then. */
function removeWhenOrphaned(folder: string) {
  const script =
    'while kill -0 "$1" && [ -d "$2" ]; do sleep 1; done; p=$(head -1 "$2/data/postmaster.pid") && kill -CONT $p && kill -QUIT $p; sleep 1; rm -rf "$2"'
  spawn('sh', ['-c', script, 'sh', String(process.pid), folder], { detached: true, stdio: 'ignore' }).unref()
}
