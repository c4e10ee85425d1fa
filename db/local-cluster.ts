import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { clearCrash } from './clear-crash.ts'
import { tryLock, waitForLock } from './file-lock.ts'
import {
  APP,
  createCluster,
  findLivePostmaster,
  OWNER,
  socketUrl,
  startPostgres,
  stopPostgres,
  type ClusterPlace,
} from './postgres-process.ts'
import { prepareCluster } from './prepare-cluster.ts'

/** Membership in the private cluster of one data folder. */
export interface Membership {
  /** for the application: owns nothing */
  url: string
  /** for migrations, import and the synthetic city */
  ownerUrl: string
  /** Leave; the last to leave stops the server. Safe to call twice. */
  leave(): Promise<void>
}

const DATABASE = 'barzan'
const WATCH_EVERY_MS = 500
/** Long enough for another process to make the cluster or to recover it after a crash. */
const LOCK_PATIENCE_MS = 180_000

/**
 * Join the private cluster under `folder`: make it when there is none, start it when it is not running, and bring it back
 * whenever it dies while this process is a member.
 *
 * Who is a member is told by the kernel, not by a list: each member holds a lock on a file of its own, which ends with the
 * process however it ends. Making, starting and stopping happen under one more such lock. So a killed application leaves
 * nothing to clean, two processes never start the same server, and the last one out is always known.
 * @throws Error with a sentence when the folder, the user or PostgreSQL do not allow it
 */
export async function joinLocalCluster(folder: string): Promise<Membership> {
  mkdirSync(join(folder, 'members'), { recursive: true })
  // One spelling, however we were called: it names the lock, the server's command line and its socket.
  const home = realpathSync(folder)
  const members = join(home, 'members')
  const place = locateCluster(home)
  const own = await underLock(home, async () => {
    await openCluster(place)
    return await waitForLock(join(members, `${process.pid}-${Date.now()}`), 0)
  })

  let isLeaving = false
  let revival: Promise<void> | null = null
  const watch = setInterval(() => {
    if (isLeaving || revival || findLivePostmaster(place.dataDir) !== null) return
    revival = underLock(home, () => openCluster(place))
      .catch((error: unknown) => void process.stderr.write(`The database is down and does not start: ${String(error)}\n`))
      .finally(() => (revival = null))
  }, WATCH_EVERY_MS)
  watch.unref()

  return {
    url: socketUrl(place, APP, DATABASE),
    ownerUrl: socketUrl(place, OWNER, DATABASE),
    async leave() {
      if (isLeaving) return
      isLeaving = true
      clearInterval(watch)
      await revival
      await underLock(home, async () => {
        own.release(true)
        if (countMembers(members) === 0) await stopPostgres(place)
      })
    },
  }
}

/** Make, start and prepare the cluster, whichever is still to do. Only under the lock. */
async function openCluster(place: ClusterPlace): Promise<void> {
  if (!existsSync(join(place.dataDir, 'PG_VERSION'))) {
    // Made aside and renamed when complete, so that an interrupted initdb is never taken for a cluster.
    const making = `${place.dataDir}.making`
    rmSync(making, { recursive: true, force: true })
    createCluster({ ...place, dataDir: making }, true)
    renameSync(making, place.dataDir)
  }
  if (findLivePostmaster(place.dataDir) !== null) return
  if (existsSync(place.logFile) && statSync(place.logFile).size > 10_000_000) truncateSync(place.logFile)
  await clearCrash(place)
  await startPostgres(place, durableSettings())
  await prepareCluster(place, DATABASE)
}

function locateCluster(home: string): ClusterPlace {
  return { dataDir: join(home, 'postgres'), socketDir: chooseSocketDir(home), logFile: join(home, 'postgres.log') }
}

/** A socket's path may have 103 bytes (macOS) or 107 (Linux): a deep data folder gets a short one elsewhere, of our own. */
function chooseSocketDir(home: string): string {
  const beside = join(home, 'socket')
  if (Buffer.byteLength(join(beside, '.s.PGSQL.5432')) <= 103) return beside
  const short = join(tmpdir(), `barzan-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`)
  mkdirSync(short, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(short)
  const dataOwner = existsSync(join(home, 'postgres')) ? statSync(join(home, 'postgres')).uid : process.getuid?.()
  if (!lstatSync(short).isDirectory() || (mode & 0o077) !== 0 || (uid !== process.getuid?.() && uid !== dataOwner)) {
    throw new Error(`${short} belongs to somebody else. Remove it, or set BARZAN_DATA to a shorter path.`)
  }
  return short
}

/** Safe first; then a modest share of the machine, which is not ours alone. */
function durableSettings(): Record<string, string> {
  const memoryMb = totalmem() / 2 ** 20
  const share = (part: number, least: number, most: number) => `${Math.round(Math.min(most, Math.max(least, memoryMb * part)))}MB`
  return {
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    shared_buffers: share(0.125, 128, 2048),
    effective_cache_size: share(0.4, 512, 16384),
    work_mem: share(0.002, 4, 32),
    maintenance_work_mem: share(0.02, 64, 512),
    max_connections: '80',
    max_wal_size: '2GB',
    checkpoint_timeout: '10min',
    // One call instead of a file by file fsync when recovering after a crash: 0.1 s instead of 4.
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    random_page_cost: '1.1',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%u ',
  }
}

/** Live members. Files whose lock is free were left by killed processes: they are removed. */
function countMembers(members: string): number {
  let live = 0
  for (const name of readdirSync(members)) {
    const lock = tryLock(join(members, name))
    if (lock) lock.release(true)
    else live++
  }
  return live
}

async function underLock<T>(home: string, run: () => Promise<T>): Promise<T> {
  const lock = await waitForLock(join(home, 'cluster.lock'), LOCK_PATIENCE_MS)
  try {
    return await run()
  } finally {
    lock.release()
  }
}
