import { setTimeout as sleep } from 'node:timers/promises'
import { ADMIN_TOKEN, holdFill, withServer, type Bench, type MeasuredServer } from './bench-run.ts'
import { compareWithDatabase } from './compare-tiles.ts'
import { patchLandUse, putBack } from './edit-land.ts'
import { fetchAnswer, readUses } from './fetch-answer.ts'
import type { Figure } from './figures.ts'
import { openEvents } from './open-events.ts'
import { pickEdits, type PlannedEdit } from './pick-edits.ts'
import { makeFigure, quantile } from './summarise.ts'
import { parseTile } from './traffic/trace.ts'

const EDITS = 24
const PAUSE_MS = 300
const OWN_MS = 300
const OTHERS_MS = 2000

/**
 * From an edit to the eyes: two servers over one database, an editor at the first and a reader at the second who hears of changes by
 * server-sent events. Nothing else goes on. Then the outline of a few parcels is changed, and every tile that was touched, at all
 * zooms, is held against the database a second later.
 */
export async function measureLive(bench: Bench): Promise<Figure[]> {
  const release = await holdFill(bench)
  try {
    return await withServer(bench, { store: 'on' }, (near) =>
      withServer(bench, { store: 'on' }, (far) => editBetween(bench, near, far)),
    )
  } finally {
    await release()
  }
}

async function editBetween(bench: Bench, near: MeasuredServer, far: MeasuredServer): Promise<Figure[]> {
  const { singles } = await pickEdits(bench, EDITS, 0)
  const own: number[] = []
  const others: number[] = []
  const patches: number[] = []
  const touched = new Set<string>()
  const events = await openEvents(`${far.origin}/events?sets=land`)
  try {
    // Both hold the tiles: they look at them.
    for (const { tiles } of singles)
      for (const tile of tiles) await Promise.all([near, far].map(({ template }) => fetchAnswer(template, tile)))
    for (const edit of singles) {
      const { tile } = edit
      const sentAt = performance.now()
      const heard = events.waitFor(parseTile(tile)).then(async (version) => {
        await requireShown(far, edit, tile, version)
        others.push(performance.now() - sentAt)
      })
      const { version, tiles } = await patchLandUse(near.origin, edit)
      patches.push(performance.now() - sentAt)
      await requireShown(near, edit, tile, version)
      own.push(performance.now() - sentAt)
      await heard
      for (const name of [...tiles, ...edit.tiles]) touched.add(name)
      await sleep(PAUSE_MS)
    }
    await reshape(bench, near, singles.slice(0, 8), touched)
    await sleep(1000)
    const names = [...touched].map(parseTile)
    const ends = await Promise.all([near, far].map(({ template }) => compareWithDatabase(bench.url, names, template)))
    const different = ends.find(({ difference }) => difference !== null)?.difference
    const note = (values: number[]) => `p50 ${quantile(values, 0.5).toFixed(0)} ms; ${values.length} edits, nothing else going on`
    return [
      makeFigure('live', 'live: own edit visible, p95', quantile(own, 0.95), 'ms', OWN_MS, `PATCH sent → new tile there; ${note(own)}, PATCH alone p50 ${quantile(patches, 0.5).toFixed(0)} ms`), // prettier-ignore
      makeFigure('live', "live: another's edit visible, p95", quantile(others, 0.95), 'ms', OTHERS_MS, `PATCH sent → told by another process's /events → new tile from there; ${note(others)}; the map's own pause before it refreshes comes on top`), // prettier-ignore
      makeFigure('live', 'live: tiles unlike the database 1 s after the last edit, both processes', ends[0]!.differences + ends[1]!.differences, '', 0, `${names.length} touched tiles of zooms 8–16 each, after land uses and outlines were changed${different ? `; ${different}` : ''}`), // prettier-ignore
    ]
  } finally {
    events.close()
    await putBack(bench, singles)
  }
}

async function requireShown(server: MeasuredServer, edit: PlannedEdit, tile: string, version: number): Promise<void> {
  const { body } = await fetchAnswer(server.template, tile, `?v=${version}`)
  const shown = readUses(body).get(edit.id)
  if (shown !== edit.to)
    throw new Error(`${tile}?v=${version} shows ${shown} for parcel ${edit.id}, which is ${edit.to} since that version`)
}

/** Outlines drawn in a little: a shape changes, no neighbour is touched. They are put back as they were. */
async function reshape(bench: Bench, server: MeasuredServer, edits: PlannedEdit[], touched: Set<string>): Promise<void> {
  const { rows } = await bench.pool.query<{ code: string; before: string; after: string }>(
    `select code, ST_AsGeoJSON(ST_Transform(geom_3857, 4326), 9) as before,
       ST_AsGeoJSON(ST_Transform(ST_Buffer(geom_3857, -0.8, 'join=mitre'), 4326), 9) as after
     from land.parcels where parcel_id = any ($1::bigint[])`,
    [edits.map(({ id }) => id)],
  )
  for (const shape of ['after', 'before'] as const) {
    for (const row of rows) {
      const answer = await fetch(`${server.origin}/api/parcels/${encodeURIComponent(row.code)}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
        body: `{"geometry":${row[shape]}}`,
      })
      if (!answer.ok) throw new Error(`the outline of ${row.code} answered ${answer.status}: ${await answer.text()}`)
      const { tiles } = (await answer.json()) as { tiles: [number, number, number][] }
      for (const tile of tiles) touched.add(`land/${tile.join('/')}`)
    }
  }
}
