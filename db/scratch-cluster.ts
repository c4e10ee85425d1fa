import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPool } from './connect.ts'
import { migrate } from './migrate.ts'
import { createCluster, OWNER, socketUrl, startPostgres, stopPostgres, type ClusterPlace } from './postgres-process.ts'
import { prepareCluster } from './prepare-cluster.ts'

/** Fast, and lost with the machine. */
export const FAST = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: '200',
  max_wal_size: '4GB',
  autovacuum: 'off', // a template under vacuum cannot be cloned
  timezone: 'UTC',
}

/**
 * A cluster for tests and for generating types: in a temporary folder, with one migrated database.
 * @param settings PostgreSQL settings other than those that make it fast
 * @returns its place, and how to stop and remove it
 */
export async function startScratchCluster(
  database: string,
  settings: Record<string, string> = {},
): Promise<{ place: ClusterPlace; remove(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'barzan-scratch-'))
  chmodSync(folder, 0o755)
  const place = { dataDir: join(folder, 'data'), socketDir: join(folder, 's'), logFile: join(folder, 'log') }
  const remove = async () => {
    await stopPostgres(place)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    createCluster(place, false)
    removeWhenOrphaned(await startPostgres(place, { ...FAST, ...settings }), folder)
    await prepareCluster(place, database)
    const ownerPool = openPool(socketUrl(place, OWNER, database))
    await migrate(ownerPool).finally(() => ownerPool.end())
  } catch (error) {
    await remove()
    throw error
  }
  return { place, remove }
}

/** A test run that is killed cannot clean up: a watcher of its own does it then. */
function removeWhenOrphaned(postmaster: number, folder: string): void {
  const script = 'while kill -0 "$1" && kill -0 "$2"; do sleep 1; done; kill -INT "$2"; sleep 1; rm -rf "$3"'
  spawn('sh', ['-c', script, 'sh', String(process.pid), String(postmaster), folder], { detached: true, stdio: 'ignore' }).unref()
}
