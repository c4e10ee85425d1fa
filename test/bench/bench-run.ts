import type pg from 'pg'
import { endServer, startServer, type RunningServer } from '../start-server.ts'
import { readCosts, resetPeak, subtractCosts, type Costs } from './read-costs.ts'
import type { Replay } from './traffic/replay.ts'
import { runReplay } from './traffic/run-replay.ts'
import type { Trace } from './traffic/trace.ts'

/** What every part of the bench of tiles measures with. */
export interface Bench {
  url: string
  pool: pg.Pool
  /** Null: nothing may be emptied or rebuilt. */
  ownerPool: pg.Pool | null
  /** The PostgreSQL of this machine that `pool` reaches; null when it is elsewhere. */
  postmaster: number | null
  trace: Trace
  isTraceCommitted: boolean
}

/** A server of ours under measurement, in a process of its own. */
export interface MeasuredServer extends RunningServer {
  pid: number
  /** Where its tiles are: `{set}/{z}/{x}/{y}`. */
  template: string
}

/** Opens changes of the land to the bench alone. */
export const ADMIN_TOKEN = 'bench-'.padEnd(40, '0123456789')

/** Run something against a server of ours that does not log, and end it. */
export async function withServer<T>(
  bench: Pick<Bench, 'url'>,
  options: { store: 'on' | 'off'; env?: Record<string, string>; flags?: string[] },
  run: (server: MeasuredServer) => Promise<T>,
): Promise<T> {
  const env = { BARZAN_LOG: 'silent', BARZAN_ADMIN_TOKEN: ADMIN_TOKEN, BARZAN_TILE_STORE: options.store, ...options.env }
  const server = await startServer(bench.url, { env, ...(options.flags && { flags: options.flags }) })
  try {
    return await run({ ...server, pid: server.process.pid!, template: templateOf(server.origin) })
  } finally {
    await endServer(server)
  }
}

/** The addresses of tiles of a server: as given when it says where zoom, column and row go, otherwise as ours has them. */
export function templateOf(target: string): string {
  return target.includes('{z}') ? target : `${target.replace(/\/$/, '')}/tiles/{set}/{z}/{x}/{y}.mvt`
}

export interface Played {
  replay: Replay
  costs: Costs
}

/** Replay the trace of the bench, and count the processor time of the server and the database until it is through. */
export async function playCounted(
  bench: Bench,
  template: string,
  options: { server?: number; held?: Map<string, string>; watched?: Set<string> } = {},
): Promise<Played> {
  const counted = { server: options.server ? [options.server] : [], postmaster: bench.postmaster }
  if (options.server) resetPeak(options.server)
  const before = readCosts(counted)
  const { held = new Map<string, string>(), watched = new Set<string>() } = options
  const replay = await runReplay({ trace: bench.trace, template, held, watched })
  return { replay, costs: subtractCosts(readCosts(counted), before) }
}

/** What browsers hold after a replay. */
export function holdAnswers({ answers }: Replay): Map<string, string> {
  return new Map(answers.filter(({ status }) => status === 200 || status === 304).map(({ tile, etag }) => [tile, etag]))
}

/**
 * Keep servers from filling the store by themselves while something is measured: as far as they can see, another process is at it.
 * @returns how to let them again
 */
export async function holdFill({ ownerPool }: Pick<Bench, 'ownerPool'>): Promise<() => Promise<void>> {
  if (!ownerPool) throw new Error('only the owner may keep servers from filling the store: give --database-owner-url')
  await ownerPool.query(`update tiles.fills set holder = gen_random_uuid(), heard_at = now() + interval '1 day'`)
  return async () => void (await ownerPool.query('update tiles.fills set holder = null'))
}

/** Forget every kept tile, so that the next server begins cold. */
export async function emptyStore({ ownerPool }: Bench): Promise<void> {
  if (!ownerPool) throw new Error('only the owner may empty the store: give --database-owner-url')
  await ownerPool.query('truncate tiles.store')
}
