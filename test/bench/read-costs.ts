import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type pg from 'pg'

/** Seconds of processor that were used so far. */
export interface Costs {
  serverS: number
  databaseS: number
}

/** Processor time is told in hundredths of a second to every program on Linux (USER_HZ). */
const TICKS = 100

/** The processes whose work is counted: a server with its threads, and a postmaster with all its backends. */
export interface Counted {
  server: number[]
  postmaster: number | null
}

export function readCosts({ server, postmaster }: Counted): Costs {
  return {
    serverS: server.reduce((sum, pid) => sum + (readTimes(pid)?.own ?? 0), 0) / TICKS,
    databaseS: postmaster === null ? 0 : readFamily(postmaster) / TICKS,
  }
}

export function subtractCosts(after: Costs, before: Costs): Costs {
  return { serverS: after.serverS - before.serverS, databaseS: after.databaseS - before.databaseS }
}

/**
 * The postmaster of the PostgreSQL behind this pool, when it runs on this machine: the parent of the backend that answers. Null
 * when it is elsewhere: its work is not counted then, and the report says so.
 */
export async function findPostmaster(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  const parent = readStat(rows[0]!.pid)?.[1]
  return parent !== undefined && readName(Number(parent))?.startsWith('postgres') ? Number(parent) : null
}

/** The most memory a process has held since the last reset, megabytes. */
export function readPeakMB(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? NaN) / 1024
}

export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/**
 * Ticks of a process and its children, the ended ones included: those are in the parent's account from the moment it has waited
 * for them. Read again when one ended in between, which would be counted twice or not at all.
 */
function readFamily(parent: number): number {
  for (;;) {
    const before = readTimes(parent)
    if (!before) return 0
    let living = 0
    for (const pid of listChildren(parent)) {
      const times = readTimes(pid)
      living += (times?.own ?? 0) + (times?.ended ?? 0)
    }
    const after = readTimes(parent)
    if (after?.ended === before.ended) return before.own + before.ended + living
  }
}

function listChildren(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readStat(Number(name))?.[1] === String(parent))
    .map(Number)
}

/** Own ticks of all threads, and those of children that have been waited for. Undefined when the process is gone. */
function readTimes(pid: number): { own: number; ended: number } | undefined {
  const stat = readStat(pid)
  return stat && { own: Number(stat[11]) + Number(stat[12]), ended: Number(stat[13]) + Number(stat[14]) }
}

/** The fields of /proc/pid/stat from the state on: the name before it may hold anything. */
function readStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

function readName(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return undefined
  }
}
