import { openPool } from '#db/connect.ts'
import type { Bench } from './bench-run.ts'
import type { Figure } from './figures.ts'
import type { BenchCity } from './open-bench-city.ts'
import type { Target } from './other-target.ts'
import { findPostmaster } from './read-costs.ts'
import { makeFigure } from './summarise.ts'
import { chooseTrace } from './traffic/survey-city.ts'

/** The parts in which tiles are measured, in this order; each can be measured alone. */
export const PARTS = ['statement', 'cold', 'warm', 'editing', 'live', 'rebuild', 'sizes'] as const
export type Part = (typeof PARTS)[number]

/** Measure tiles of our server, in all parts or some, or of another one. `parcels` names the trace: 20000 for a city of about so many. */
export async function benchTiles(
  city: BenchCity,
  parcels: number,
  parts: readonly Part[],
  target: Target | null,
): Promise<Figure[]> {
  const pool = openPool(city.url, { applicationName: 'bench' })
  const ownerPool = city.ownerUrl === null ? null : openPool(city.ownerUrl, { applicationName: 'bench owner' })
  try {
    const { trace, isCommitted } = await chooseTrace(pool, parcels)
    if (!isCommitted) process.stderr.write(`the trace of ${parcels} parcels is not a committed one: this city has none\n`)
    const bench: Bench = {
      url: city.url,
      pool,
      ownerPool,
      postmaster: await findPostmaster(pool),
      trace,
      isTraceCommitted: isCommitted,
    }
    if (bench.postmaster === null) process.stderr.write('PostgreSQL is not on this machine: its processor time is NOT counted\n')
    if (target) return await (await import('./other-target.ts')).measureTarget(bench, target)
    const figures: Figure[] = []
    for (let left = [...parts]; left.length > 0;) {
      // The second replay is the warm one: both together need one server and no replay that is not measured.
      const together = left[0] === 'cold' && left[1] === 'warm' ? 2 : 1
      const [part] = left.splice(0, together)
      const startedAt = performance.now()
      figures.push(
        ...(await measure(bench, together === 2 ? 'cold and warm' : part!).catch((error: unknown) => {
          // The other parts are worth having; this one stands in the table as what it is.
          process.stderr.write(`  ${part}: ${error instanceof Error ? error.stack : String(error)}\n`)
          return [makeFigure(part!, `${part}: could NOT be measured`, 1, '', 0, error instanceof Error ? error.message : String(error))] // prettier-ignore
        })),
      )
      process.stderr.write(
        `  ${together === 2 ? 'cold and warm' : part}: ${Math.round((performance.now() - startedAt) / 1000)} s\n`,
      )
    }
    return figures
  } finally {
    await Promise.all([pool.end(), ownerPool?.end()])
  }
}

/** Each part is loaded when it is measured. */
async function measure(bench: Bench, part: Part | 'cold and warm'): Promise<Figure[]> {
  switch (part) {
    case 'statement':
      return (await import('./statement-time.ts')).measureStatement(bench)
    case 'cold':
      return (await import('./temperatures.ts')).measureCold(bench)
    case 'warm':
      return (await import('./temperatures.ts')).measureWarm(bench)
    case 'cold and warm':
      return (await import('./temperatures.ts')).measureColdAndWarm(bench)
    case 'editing':
      return (await import('./editing.ts')).measureEditing(bench)
    case 'live':
      return (await import('./live-maps.ts')).measureLive(bench)
    case 'rebuild':
      return (await import('./whole-rebuild.ts')).measureRebuild(bench)
    case 'sizes':
      return (await import('./tile-sizes.ts')).measureSizes(bench)
  }
}
