import { emptyStore, holdAnswers, playCounted, withServer, type Bench, type MeasuredServer, type Played } from './bench-run.ts'
import type { Figure } from './figures.ts'
import { readPeakMB } from './read-costs.ts'
import { makeFigure, quantile, summariseRun, viewportTimes } from './summarise.ts'
import { listRequests, nameTile, type Trace } from './traffic/trace.ts'
import { measureAgainstFastify, measureAgainstNginx } from './warm-ceilings.ts'

const COLD_VIEWPORT_MS = 400
const WARM_VIEWPORT_MS = 40
export const MEMORY_MB = 512

/** Cold: neither memory nor the store hold a tile, browsers hold none; PostgreSQL's own memory is as it was. */
export async function measureCold(bench: Bench): Promise<Figure[]> {
  await requireEmptyStore(bench)
  return withServer(bench, { store: 'on' }, async (server) => {
    const played = await playCounted(bench, server.template, { server: server.pid })
    return summariseCold(bench, played, readPeakMB(server.pid))
  })
}

/**
 * Warm: the second replay on the same server; people who return hold what the first one answered. With it, in the same run, the two
 * ceilings.
 */
export async function measureWarm(bench: Bench): Promise<Figure[]> {
  return withServer(bench, { store: 'on' }, (server) => measureWarmOn(bench, server))
}

/** Both on one server, as `npm run bench -- tiles` does: the second replay follows the first. */
export async function measureColdAndWarm(bench: Bench): Promise<Figure[]> {
  await requireEmptyStore(bench)
  return withServer(bench, { store: 'on' }, async (server) => {
    const first = await playCounted(bench, server.template, { server: server.pid })
    const cold = summariseCold(bench, first, readPeakMB(server.pid))
    return [...cold, ...(await measureWarmOn(bench, server, first))]
  })
}

async function measureWarmOn(bench: Bench, server: MeasuredServer, first?: Played): Promise<Figure[]> {
  first ??= await playCounted(bench, server.template, { server: server.pid })
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

async function requireEmptyStore(bench: Bench): Promise<void> {
  if (await emptyStore(bench)) return
  throw new Error('a cold run begins with an empty store, and only the owner may empty it: give --database-owner-url')
}
