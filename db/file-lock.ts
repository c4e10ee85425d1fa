import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/** A lock that the kernel ends with its process, however that ends. Node has no flock(); SQLite's file locks are the same thing. */
export interface FileLock {
  /** Let go, and remove the file when `remove` is set. */
  release(remove?: boolean): void
}

const SQLITE_BUSY = 5

/** Take the lock on `file`, or null when someone (in this process or another) holds it. */
export function tryLock(file: string): FileLock | null {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    // Nothing is ever written, so no journal is wanted beside the file.
    database.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null
    throw error
  }
  return {
    release(remove = false) {
      if (!database.isOpen) return
      if (remove) rmSync(file, { force: true })
      database.close()
    },
  }
}

/** Wait for the lock on `file`, at most `patienceMs`. @throws Error when it stays taken */
export async function waitForLock(file: string, patienceMs: number): Promise<FileLock> {
  for (let waited = 0; waited <= patienceMs; waited += 20) {
    const lock = tryLock(file)
    if (lock) return lock
    await sleep(20)
  }
  throw new Error(`another process has held ${file} for ${Math.round(patienceMs / 1000)} s`)
}
