import { setTimeout as sleep } from 'node:timers/promises'
import { emptyStore, holdFill, playCounted, withServer, type Bench, type Played } from './bench-run.ts'
import { compareWithDatabase, type Equivalence } from './compare-tiles.ts'
import { changeInDatabase, patchLandUse, putBack } from './edit-land.ts'
import { fetchAnswer, readUses, type FetchedAnswer } from './fetch-answer.ts'
import type { Figure } from './figures.ts'
import { findStale, PATIENCE_MS, type DoneEdit, type StaleCheck } from './find-stale.ts'
import { pickEdits, type PlannedEdit } from './pick-edits.ts'
import { readCosts, readPeakMB, subtractCosts } from './read-costs.ts'
import { makeFigure, quantile, summariseRun } from './summarise.ts'
import { MEMORY_MB } from './temperatures.ts'
import { listDistinct, nameTile, parseTile } from './traffic/trace.ts'

const BATCH = 500
const EVERY_MS = 1000
const OWN_VISIBLE_MS = 300

/** How an edit of one parcel reaches a server. */
export type Edit = (edit: PlannedEdit) => Promise<{ version: number | null; tiles: string[] }>

export interface EditingRun extends Played {
  stale: StaleCheck
  /** Against the database, a second after the last edit. */
  end: Equivalence
  ownVisibleMs: number[]
  /** Edits that were refused, or that their own editor did not find in the tile with the version he was told. */
  notShown: string[]
  edits: number
  peakMB: number | null
}

/**
 * Editing: the warm trace, and meanwhile one edit a second in tiles that people look at, and 500 parcels at once in the middle. Then
 * the same with the store off.
 */
export async function measureEditing(bench: Bench): Promise<Figure[]> {
  const release = await holdFill(bench)
  try {
    await emptyStore(bench)
    const kept = await runEditing(bench, 'on')
    const bare = await runEditing(bench, 'off')
    const perThousand = ({ replay, costs }: Played) => ((costs.serverS + costs.databaseS) / replay.answers.length) * 1000
    return [
      ...summariseEditing('editing', kept),
      makeFigure('editing', 'editing with the store off: CPU-seconds per 1,000 tiles', perThousand(bare), 's', undefined, `server ${(bare.costs.serverS / bare.replay.answers.length * 1000).toFixed(2)}, database ${(bare.costs.databaseS / bare.replay.answers.length * 1000).toFixed(2)}`), // prettier-ignore
      makeFigure('editing', 'editing with the store off: stale answers after 1 s', bare.stale.stale.length, '', 0, `${bare.stale.checked} looked into`), // prettier-ignore
      makeFigure('editing', 'editing: CPU per 1,000 tiles, part of that with the store off', perThousand(kept) / perThousand(bare), '×', 1 / 3), // prettier-ignore
    ]
  } finally {
    await release()
  }
}

export function summariseEditing(part: string, run: EditingRun): Figure[] {
  const { stale, end, ownVisibleMs, notShown, edits, peakMB } = run
  const worst = stale.stale.toSorted((a, b) => b.afterMs - a.afterMs)[0]
  return [
    ...summariseRun(part, run, { memoryMB: MEMORY_MB }, peakMB ?? undefined),
    makeFigure(part, `${part}: stale answers after 1 s`, stale.stale.length, '', 0, `${stale.checked} parcels looked up in answers, ${edits} edits and one of ${BATCH}${worst ? `; worst ${Math.round(worst.afterMs)} ms: parcel ${worst.id} in ${worst.tile}` : ''}`), // prettier-ignore
    makeFigure(part, `${part}: tiles unlike the database 1 s after the last edit`, end.differences, '', 0, `${end.tiles} compared, zooms 8–16${end.difference === null ? '' : `; ${end.difference}`}`), // prettier-ignore
    ...(ownVisibleMs.length + notShown.length === 0
      ? []
      : [
          makeFigure(part, `${part}: own edit visible, p95`, quantile(ownVisibleMs, 0.95), 'ms', OWN_VISIBLE_MS, `PATCH sent → new tile there; p50 ${quantile(ownVisibleMs, 0.5).toFixed(0)} ms, under the load of this run`), // prettier-ignore
          makeFigure(
            part,
            `${part}: own edits refused or not in the tile with their version`,
            notShown.length,
            '',
            0,
            notShown[0],
          ),
        ]),
  ]
}

async function runEditing(bench: Bench, store: 'on' | 'off'): Promise<EditingRun> {
  return withServer(bench, { store }, (server) =>
    editWhileReplaying(bench, server.template, (edit) => patchLandUse(server.origin, edit), server.pid, store === 'on'),
  )
}

/** Replay the trace against any server while the land changes; puts the land back afterwards. */
export async function editWhileReplaying(
  bench: Bench,
  template: string,
  edit: Edit,
  pid?: number,
  isEndChecked = true,
): Promise<EditingRun> {
  const seconds = Math.ceil(Math.max(...bench.trace.sessions.flatMap((session) => session.views.map((view) => view.at))) / 1000)
  const plan = await pickEdits(bench, Math.max(5, seconds - 3), BATCH)
  const all = [...plan.singles, ...plan.batch]
  const watched = new Set(all.flatMap(({ tiles }) => tiles))
  try {
    const before = await fetchEverything(template, [...new Set([...listDistinct(bench.trace).map(nameTile), ...watched])])
    requireBefore(before, all)
    const counted = { server: pid === undefined ? [] : [pid], postmaster: bench.postmaster }
    const costsBefore = readCosts(counted)
    const held = new Map(before.map(({ tile, etag }) => [tile, etag]))
    const playing = playCounted(bench, template, { held, watched, ...(pid !== undefined && { server: pid }) })
    const editing = runEditor(bench, template, plan, edit)
    await Promise.allSettled([editing, playing]) // a replay left alone would disturb whatever is measured next
    const [editor, { replay }] = await Promise.all([editing, playing])
    const costs = subtractCosts(readCosts(counted), costsBefore)
    await sleep(PATIENCE_MS)
    const bodies = new Map(replay.bodies)
    for (const { tile, etag, body } of [...before, ...editor.answers]) if (watched.has(tile)) bodies.set(`${tile} ${etag}`, body)
    const done = await dateEdits(bench, editor.done)
    const tiles = new Set([...held.keys(), ...editor.touched])
    return {
      // What the editor asked for was work as well.
      replay: {
        ...replay,
        answers: [...replay.answers, ...editor.answers.map(({ body: _, ...answer }) => ({ view: -1, ...answer }))],
      },
      costs,
      stale: requireChecked(findStale([...replay.answers, ...editor.answers], done, cacheReading(bodies))),
      end: await compareWithDatabase(bench.url, isEndChecked ? [...tiles].map(parseTile) : [], template),
      ownVisibleMs: editor.ownVisibleMs,
      notShown: editor.notShown,
      edits: editor.done.length - plan.batch.length,
      peakMB: pid === undefined ? null : readPeakMB(pid),
    }
  } finally {
    await putBack(bench, all)
    await sleep(PATIENCE_MS) // whoever comes next begins with what is
  }
}

/** One edit a second, the batch in the middle; after each the editor sees his own, and a second later somebody else looks. */
async function runEditor(bench: Bench, template: string, plan: { singles: PlannedEdit[]; batch: PlannedEdit[] }, edit: Edit) {
  const answers: FetchedAnswer[] = []
  const done: DoneEdit[] = []
  const touched = new Set<string>()
  const ownVisibleMs: number[] = []
  const notShown: string[] = []
  const looking: Promise<unknown>[] = []
  const startedAt = performance.now()
  const finish = (edits: readonly PlannedEdit[], probes: readonly string[]) => {
    const committedAt = performance.timeOrigin + performance.now()
    for (const one of edits) done.push({ ...one, committedAt })
    const look = async () => {
      await sleep(PATIENCE_MS + 5)
      for (const tile of probes) answers.push(await fetchAnswer(template, tile))
    }
    const looked = look()
    looked.catch(() => undefined) // heard of at the end
    looking.push(looked)
  }
  const half = Math.floor(plan.singles.length / 2)
  for (const [index, one] of plan.singles.entries()) {
    await sleep(Math.max(0, startedAt + (index + 1) * EVERY_MS - performance.now()))
    if (performance.now() - startedAt > (plan.singles.length + 5) * EVERY_MS) break // a server that falls behind has had its time
    if (index === half && plan.batch.length > 0) {
      await changeInDatabase(bench, plan.batch)
      finish(plan.batch, [...new Set(plan.batch.flatMap(({ tiles }) => tiles))])
      for (const tile of plan.batch.flatMap(({ tiles }) => tiles)) touched.add(tile)
    }
    const sentAt = performance.now()
    const edited = await edit(one).catch((error: unknown) => void notShown.push(String(error)))
    if (!edited) continue
    const { version, tiles } = edited
    finish([one], one.tiles)
    for (const tile of [...tiles, ...one.tiles]) touched.add(tile)
    if (version !== null) {
      const own = await fetchAnswer(template, one.tile, `?v=${version}`)
      if (readUses(own.body).get(one.id) === one.to) ownVisibleMs.push(performance.now() - sentAt)
      else notShown.push(`parcel ${one.id} in ${one.tile}?v=${version}`)
    }
  }
  await Promise.all(looking)
  return { answers, done, touched, ownVisibleMs, notShown }
}

/** An edit past the server, for servers that have no way of their own. */
export function editInDatabase(bench: Bench): Edit {
  return async (edit) => {
    await changeInDatabase(bench, [edit])
    return { version: null, tiles: [] }
  }
}

/** When the edits were committed, by the database itself where it keeps that; otherwise when the editor was told. */
async function dateEdits({ pool }: Bench, edits: readonly DoneEdit[]): Promise<DoneEdit[]> {
  const { rows } = await pool
    .query<{ id: number; at: number }>(
      `select parcel_id as id, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at from land.parcels
       where parcel_id = any ($1::bigint[]) and current_setting('track_commit_timestamp') = 'on'`,
      [edits.map(({ id }) => id)],
    )
    .catch(() => ({ rows: [] }))
  const dates = new Map(rows.map(({ id, at }) => [id, at]))
  return edits.map((edit) => ({ ...edit, committedAt: dates.get(edit.id) ?? edit.committedAt }))
}

async function fetchEverything(template: string, tiles: string[]): Promise<FetchedAnswer[]> {
  const answers: FetchedAnswer[] = []
  const queue = tiles.values()
  const work = async () => {
    for (const tile of queue) answers.push(await fetchAnswer(template, tile))
  }
  await Promise.all([work(), work(), work()])
  return answers
}

function cacheReading(bodies: ReadonlyMap<string, Buffer>) {
  const readings = new Map<string, Map<number, string> | null>()
  return (tile: string, etag: string) => {
    const key = `${tile} ${etag}`
    if (!readings.has(key)) readings.set(key, bodies.has(key) ? readUses(bodies.get(key)!) : null)
    return readings.get(key)!
  }
}

/** Before the edits a server must show what is: one that shows what will be could never be found stale. */
function requireBefore(answers: readonly FetchedAnswer[], edits: readonly PlannedEdit[]): void {
  const byTile = new Map(answers.map(({ tile, body }) => [tile, readUses(body)]))
  for (const { id, from, tiles } of edits) {
    const wrong = tiles.find((tile) => (byTile.get(tile)?.get(id) ?? from) !== from)
    if (wrong) throw new Error(`${wrong} shows another land use of parcel ${id} than the database before anything was edited`)
  }
}

/** A check that looked at nothing says nothing. */
function requireChecked(check: StaleCheck): StaleCheck {
  if (check.checked === 0) throw new Error('no answer showed an edited parcel: whether anything was stale is not known')
  return check
}
