import { setTimeout as sleep } from 'node:timers/promises'
import { rebuildPyramid } from '../../tiles/rebuild.ts'
import { emptyStore, withServer, type Bench } from './bench-run.ts'
import type { Figure } from './figures.ts'
import { readCosts, readPeakMB, subtractCosts } from './read-costs.ts'
import { makeFigure } from './summarise.ts'
import { MEMORY_MB } from './temperatures.ts'

const LIMIT_S = 300
const MOST_S = 1200

/** Everything anew, as after an import: the generalised tables, then every tile of zooms 8–16 of all sets, by a server of its own accord. */
export async function measureRebuild(bench: Bench): Promise<Figure[]> {
  if (!bench.ownerPool) throw new Error('only the owner may rebuild: give --database-owner-url')
  await emptyStore(bench)
  const startedAt = performance.now()
  await rebuildPyramid(bench.ownerPool)
  const pyramidS = (performance.now() - startedAt) / 1000
  await emptyStore(bench)
  await bench.ownerPool.query('update tiles.fills set holder = null, done = 0, total = 0, started_at = null, finished_at = null')
  const { postmaster } = bench
  const before = readCosts({ server: [], postmaster })
  const fillingAt = performance.now()
  return withServer(bench, { store: 'on' }, async (server) => {
    const { done, total } = await waitForFill(bench)
    const fillS = (performance.now() - fillingAt) / 1000
    const costs = subtractCosts(readCosts({ server: [server.pid], postmaster }), before)
    const { rows } = await bench.pool.query<{ tiles: number; bytes: number }>(
      `select count(*)::int as tiles, coalesce(sum(length(bytes)), 0)::float8 as bytes from tiles.store`,
    )
    const note = `pyramid ${pyramidS.toFixed(1)} s, tiles ${fillS.toFixed(1)} s: ${done} of ${total} looked at, ${rows[0]!.tiles} kept in ${(rows[0]!.bytes / 1e6).toFixed(0)} MB; processor: server ${costs.serverS.toFixed(0)} s, database ${costs.databaseS.toFixed(0)} s` // prettier-ignore
    return [
      makeFigure('rebuild', 'full rebuild of zooms 8–16', pyramidS + fillS, 's', LIMIT_S, note),
      makeFigure('rebuild', 'full rebuild: memory of the server, peak', readPeakMB(server.pid), 'MB', MEMORY_MB),
    ]
  })
}

async function waitForFill({ pool }: Bench): Promise<{ done: number; total: number }> {
  for (let waitedS = 0; waitedS < MOST_S; waitedS += 0.25) {
    await sleep(250)
    const { rows } = await pool.query<{ done: number; total: number; isOver: boolean; isHeld: boolean }>(
      `select done, total, finished_at is not null as "isOver", holder is not null as "isHeld" from tiles.fills`,
    )
    if (rows[0]!.isOver) return rows[0]!
  }
  throw new Error(`the store was not filled within ${MOST_S} s`)
}
