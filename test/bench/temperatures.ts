import {
  emptyStore,
  holdAnswers,
  holdFill,
  playCounted,
  withServer,
  type Bench,
  type MeasuredServer,
  type Played,
} from './bench-run.ts'
import type { Figure } from './figures.ts'
import { readPeakMB } from './read-costs.ts'
import { makeFigure, quantile, summariseRun, viewportTimes } from './summarise.ts'
import { listRequests, nameTile, type Trace } from './traffic/trace.ts'
import { measureAgainstFastify, measureAgainstNginx } from './warm-ceilings.ts'

const COLD_VIEWPORT_MS = 400
const WARM_VIEWPORT_MS = 40
export const MEMORY_MB = 512

/** Cold: neither memory nor the store hold a tile, browsers hold none; PostgreSQL's own memory is as it was. */
export function measureCold(bench: Bench): Promise<Figure[]> {
  return withColdServer(bench, (server) => playCold(bench, server).then(({ figures }) => figures))
}

/**
 * Warm: the second replay on the same server; people who return hold what the first one answered. With it, in the same run, the two
 * ceilings.
 */
export function measureWarm(bench: Bench): Promise<Figure[]> {
  return withColdServer(bench, async (server) => playWarm(bench, server, await playCold(bench, server)))
}

/** Both on one server, as the whole bench does: the second replay follows the first. */
export function measureColdAndWarm(bench: Bench): Promise<Figure[]> {
  return withColdServer(bench, async (server) => {
    const cold = await playCold(bench, server)
    return [...cold.figures, ...(await playWarm(bench, server, cold))]
  })
}

/** A server that has never made a tile, over an empty store that nobody fills. */
async function withColdServer(bench: Bench, run: (server: MeasuredServer) => Promise<Figure[]>): Promise<Figure[]> {
  const release = await holdFill(bench)
  try {
    await emptyStore(bench)
    return await withServer(bench, { store: 'on' }, run)
  } finally {
    await release()
  }
}

async function playCold(bench: Bench, server: MeasuredServer): Promise<Played & { figures: Figure[] }> {
  const played = await playCounted(bench, server.template, { server: server.pid })
  return { ...played, figures: summariseCold(bench, played, readPeakMB(server.pid)) }
}

async function playWarm(bench: Bench, server: MeasuredServer, first: Played): Promise<Figure[]> {
  const second = await playCounted(bench, server.template, { server: server.pid, held: holdAnswers(first.replay) })
  const peakMB = readPeakMB(server.pid)
  const p95 = quantile(viewportTimes(second.replay), 0.95)
  return [
    ...summariseRun('warm', second, { viewportMs: WARM_VIEWPORT_MS, memoryMB: MEMORY_MB }, peakMB),
    ...(await measureAgainstFastify(bench, server)),
    ...(await measureAgainstNginx(bench, server, p95)),
  ]
}

/** All views of a cold run, and apart those of which somebody is the first to ask for most tiles: the others are warm already. */
function summariseCold(bench: Bench, played: Played, peakMB: number): Figure[] {
  const first = findFirst(bench.trace)
  const times = played.replay.views.flatMap((view, index) => (view.wasLeft || !first[index] ? [] : [view.tookMs ?? Infinity]))
  return [
    ...summariseRun('cold', played, { viewportMs: COLD_VIEWPORT_MS, memoryMB: MEMORY_MB }, peakMB),
    makeFigure('cold', 'cold: viewport complete, p95 of views whose tiles nobody had asked for', quantile(times, 0.95), 'ms', COLD_VIEWPORT_MS, `${times.length} views, most of whose tiles are new`), // prettier-ignore
  ]
}

/** Of each view in the order of the replay: whether most of its tiles are asked for the first time in the trace. */
function findFirst({ sessions }: Trace): boolean[] {
  const asked = new Set<string>()
  return sessions
    .flatMap(({ views }) => views)
    .sort((a, b) => a.at - b.at)
    .map((view) => {
      const names = listRequests(view).map(nameTile)
      const fresh = names.filter((name) => !asked.has(name)).length
      for (const name of names) asked.add(name)
      return fresh > names.length / 2
    })
}
