import { createHash } from 'node:crypto'
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '#db/connect.ts'
import { listAlikeStreetIds, listNeighbourhoodIds, listStreetIds } from '../places/resolve-words.ts'
import { badCursor, readCursor, writeCursor, type Cursor } from './cursor.ts'
import { parseQuery, type Reading } from './parse-query.ts'
import { everyParcel, listStages, type NamedPlaces, type Stage } from './search-stages.ts'
import { geometryColumn, summaryColumns, toFeature, type SummaryRow } from './summary.ts'
import type { Bbox, ParcelPage } from './types.ts'

export interface ParcelSearch {
  q: string
  bbox: Bbox | null
  limit: number
  cursor: string | null
}

/**
 * Find parcels by what people type and where they look: the readings of the text one after the other, each in a stable order,
 * no parcel twice. Without `q`, all current parcels (of the box). A page is a range read of an index, whatever the city's size.
 * @throws Problem bad-cursor
 */
export async function searchParcels(db: Db, { q, bbox, limit, cursor }: ParcelSearch): Promise<ParcelPage> {
  const of = fingerprint(q, bbox)
  const start: Cursor = cursor === null ? { stage: 0, after: [], of } : readCursor(cursor, of)
  const stages = await planStages(db, q)
  if (cursor !== null && !fitsStage(start, stages)) throw badCursor()

  const rows: FoundRow[] = []
  let nextCursor: string | null = null
  for (let i = start.stage; i < stages.length && nextCursor === null; i++) {
    const isContinued = cursor !== null && i === start.stage
    // A last resort needs that nothing was found: not now, and not on a page before.
    if (stages[i]!.isLastResort && !isContinued && (rows.length > 0 || cursor !== null)) continue
    const wanted = limit - rows.length
    const found = await readStage(db, stages, i, { bbox, after: isContinued ? start.after : [], most: wanted + 1 })
    rows.push(...found.slice(0, wanted))
    if (found.length > wanted) nextCursor = writeCursor({ stage: i, after: rows.at(-1)?.key ?? [], of })
  }
  return { type: 'FeatureCollection', features: rows.map(toFeature), nextCursor }
}

type FoundRow = SummaryRow & { geometry: string; key: (string | number)[] }

/** A short fingerprint of what was searched for, so that a cursor is not used with another search. */
function fingerprint(q: string, bbox: Bbox | null): string {
  return createHash('sha256')
    .update(JSON.stringify([q, bbox]))
    .digest('base64url')
    .slice(0, 10)
}

async function planStages(db: Db, q: string): Promise<Stage[]> {
  if (q.trim() === '') return [everyParcel]
  const stages: Stage[] = []
  for (const reading of parseQuery(q)) stages.push(...listStages(reading, await resolveWords(db, reading)))
  return [...stages.filter((stage) => !stage.isLastResort), ...stages.filter((stage) => stage.isLastResort)]
}

async function resolveWords(db: Db, reading: Reading): Promise<NamedPlaces> {
  if (reading.kind !== 'words') return { streetIds: [], neighbourhoodIds: [], alikeStreetIds: [] }
  const { words } = reading
  const [streetIds, neighbourhoodIds] = await Promise.all([listStreetIds(db, words), listNeighbourhoodIds(db, words)])
  return { streetIds, neighbourhoodIds, alikeStreetIds: streetIds.length > 0 ? [] : await listAlikeStreetIds(db, words) }
}

function fitsStage({ stage, after }: Cursor, stages: Stage[]): boolean {
  const key = stages[stage]?.key
  return !!key && key.length === after.length && key.every(({ type }, i) => (type === 'text') === (typeof after[i] === 'string'))
}

async function readStage(
  db: Db,
  stages: Stage[],
  index: number,
  { bbox, after, most }: { bbox: Bbox | null; after: (string | number)[]; most: number },
): Promise<FoundRow[]> {
  const stage = stages[index]!
  const { key } = stage
  // A last resort runs when everything before it found nothing: there is nothing to leave out.
  const earlier = stage.isLastResort ? [] : stages.slice(0, index).map((before) => sql`(${before.matches}) is not true`)
  const box = bbox === null ? null : sql`p.geom_3857 && ${boxOf(bbox)}`
  const filter = sql.join([sql`(${stage.matches})`, ...(box ? [box] : []), ...earlier], sql` and `)
  const keys = sql.join(key.map(({ column }) => column))
  const later = after.length === 0 ? sql`true` : sql`(${keys}) > (${sql.join(key.map((part, i) => castKey(part, after[i]!)))})`
  const page = sql`select p.parcel_id, ${sql.join(key.map(({ column }, i) => sql`${column} as ${sql.raw(`k${i}`)}`))}`
  const order = sql.join(key.map((_, i) => sql.raw(`k${i}`)))
  const candidates = stage.candidates ?? (bbox && stage === everyParcel && (await isNarrow(db, bbox)) ? NARROW : null)
  const found = candidates
    ? sql`select * from (${page} from (select * from land.parcels p where ${filter} limit ${candidates}) p where ${later}) c order by ${order} limit ${most}`
    : sql`${page} from land.parcels p where ${filter} and ${later} order by ${keys} limit ${most}`
  const { rows } = await sql<FoundRow>`
    with found as materialized (${found})
    select ${summaryColumns}, ${geometryColumn}, json_build_array(${order}) as key
    from found join land.parcels p using (parcel_id) left join land.neighbourhoods n using (neighbourhood_id)
    order by ${order}`.execute(db)
  return rows
}

/** In a box of at most so many parcels all are read and sorted; in a larger one the order of ids is walked until a page is full. */
const NARROW = 40_000

async function isNarrow(db: Db, bbox: Bbox): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (select from land.parcels p where p.geom_3857 && ${boxOf(bbox)} limit ${NARROW + 1}) b`.execute(
    db,
  )
  return rows[0]!.count <= NARROW
}

/** A box of lon/lat is a box in web Mercator too: the index answers it exactly. */
function boxOf([west, south, east, north]: Bbox): RawBuilder<unknown> {
  return sql`ST_Transform(ST_MakeEnvelope(${west}, ${south}, ${east}, ${north}, 4326), 3857)`
}

function castKey({ type }: Stage['key'][number], value: string | number): RawBuilder<unknown> {
  if (type === 'text') return sql`${value}::text collate "C"`
  return type === 'int' ? sql`${value}::int` : sql`${value}::bigint`
}
