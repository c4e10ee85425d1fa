import { playCounted, holdAnswers, templateOf, withServer, type Bench } from './bench-run.ts'
import { compareServers } from './compare-tiles.ts'
import { editInDatabase, editWhileReplaying, summariseEditing } from './editing.ts'
import type { Figure } from './figures.ts'
import { makeFigure, summariseRun } from './summarise.ts'
import { listDistinct } from './traffic/trace.ts'

/** Another tile server on the same PostGIS: its address or template, and its process when it runs on this machine. */
export interface Target {
  address: string
  pid: number | null
}

/**
 * The same requests to another server. First both servers' tiles are decoded and compared over the whole trace: a server that draws
 * something else is not measured, and its row says what is different. Edits go past it, into the database, while a server of ours
 * keeps the low zooms true.
 */
export async function measureTarget(bench: Bench, { address, pid }: Target): Promise<Figure[]> {
  const template = templateOf(address)
  const part = `target ${new URL(address.replaceAll(/[{}]/g, '')).host}`
  return withServer(bench, { store: 'off' }, async (ours) => {
    const { tiles, difference } = await compareServers(listDistinct(bench.trace), ours.template, template)
    if (difference !== null) {
      process.stderr.write(`${part} draws something else, so it is not measured: ${difference}\n`)
      return [makeFigure(part, `${part}: VOID, it draws something else`, 1, '', 0, difference)]
    }
    const counted = pid === null ? {} : { server: pid }
    const first = await playCounted(bench, template, counted)
    const second = await playCounted(bench, template, { ...counted, held: holdAnswers(first.replay) })
    const editing = await editWhileReplaying(bench, template, editInDatabase(bench), pid ?? undefined)
    return [
      makeFigure(part, `${part}: tiles unlike ours`, 0, '', 0, `${tiles} decoded and compared${pid === null ? '; its processor time is NOT counted: give --target-pid' : ''}`), // prettier-ignore
      ...summariseRun(`${part}, first replay`, first).map((figure) => ({ ...figure, part })),
      ...summariseRun(`${part}, warm`, second).map((figure) => ({ ...figure, part })),
      ...summariseEditing(`${part}, editing`, editing).map((figure) => ({ ...figure, part })),
    ]
  })
}
