import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findLivePostmaster, type ClusterPlace } from './postgres-process.ts'

/**
 * After a postmaster was killed: end the backends it left, which keep the next one from starting for as long as their query
 * takes, and remove its pid files when their number belongs to an unrelated program by now (after a reboot, in a container).
 * Only under the cluster's lock. Does nothing while the postmaster lives.
 */
export async function clearCrash(place: ClusterPlace): Promise<void> {
  const pidFile = join(place.dataDir, 'postmaster.pid')
  if (!existsSync(pidFile) || findLivePostmaster(place.dataDir) !== null) return
  for (const [signal, patienceMs] of [
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    const orphans = findBackends(place.dataDir)
    for (const pid of orphans) kill(pid, signal)
    for (let waited = 0; waited < patienceMs && findBackends(place.dataDir).length > 0; waited += 20) await sleep(20)
  }
  // With backends still there the file protects the data: PostgreSQL must see it and refuse.
  if (process.platform !== 'linux' || findBackends(place.dataDir).length > 0) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (!existsSync(`/proc/${pid}`)) return
  for (const file of [pidFile, join(place.socketDir, '.s.PGSQL.5432.lock'), join(place.socketDir, '.s.PGSQL.5432')])
    rmSync(file, { force: true })
}

/** Every process of a cluster works in its data directory. Known on Linux only; elsewhere none are found. */
function findBackends(dataDir: string): number[] {
  if (!existsSync('/proc/self/cwd')) return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === dataDir
      } catch {
        return false
      }
    })
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already.
  }
}
