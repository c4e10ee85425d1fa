import { createHash } from 'node:crypto'
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '#db/connect.ts'
import { listNeighbourhoodIds, listStreetIds } from '../places/resolve-words.ts'
import { badCursor, readCursor, writeCursor, type Cursor } from './cursor.ts'
import { parseQuery, type Reading } from './parse-query.ts'
import { everyParcel, listStages, type Stage } from './search-stages.ts'
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
    const wanted = limit - rows.length
    const after = i === start.stage ? start.after : []
    const found = await readStage(db, stages, i, { bbox, after, most: wanted + 1 })
    rows.push(...found.slice(0, wanted))
    if (found.length > wanted) nextCursor = writeCursor({ stage: i, after: (rows.at(-1) as FoundRow).key, of })
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
  return stages
}

async function resolveWords(db: Db, reading: Reading): Promise<{ streetIds: number[]; neighbourhoodIds: number[] }> {
  if (reading.kind !== 'words') return { streetIds: [], neighbourhoodIds: [] }
  const [streetIds, neighbourhoodIds] = await Promise.all([
    listStreetIds(db, reading.words),
    listNeighbourhoodIds(db, reading.words),
  ])
  return { streetIds, neighbourhoodIds }
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
  const { matches, key, candidates } = stages[index] as Stage
  const earlier = stages.slice(0, index).map((stage) => sql`not (${stage.matches})`)
  const inBox =
    bbox === null
      ? []
      : [sql`p.geom_3857 && ST_Transform(ST_MakeEnvelope(${bbox[0]}, ${bbox[1]}, ${bbox[2]}, ${bbox[3]}, 4326), 3857)`]
  const filter = sql.join([sql`(${matches})`, ...earlier, ...inBox], sql` and `)
  const keys = sql.join(key.map(({ column }) => column))
  const later = after.length === 0 ? sql`true` : sql`(${keys}) > (${sql.join(key.map((part, i) => castKey(part, after[i]!)))})`
  const page = sql`select p.parcel_id, ${sql.join(key.map(({ column }, i) => sql`${column} as ${sql.raw(`k${i}`)}`))}`
  const order = sql.join(key.map((_, i) => sql.raw(`k${i}`)))
  const found = candidates
    ? sql`select * from (${page} from (select * from land.parcels p where ${filter} limit ${candidates}) p where ${later}) c order by ${order} limit ${most}`
    : sql`${page} from land.parcels p where ${filter} and ${later} order by ${keys} limit ${most}`
  const { rows } = await sql<FoundRow>`
    with found as (${found})
    select ${summaryColumns}, ${geometryColumn}, json_build_array(${order}) as key
    from found join land.parcels p using (parcel_id) left join land.neighbourhoods n using (neighbourhood_id)
    order by ${order}`.execute(db)
  return rows
}

function castKey({ type }: Stage['key'][number], value: string | number): RawBuilder<unknown> {
  if (type === 'text') return sql`${value}::text collate "C"`
  return type === 'int' ? sql`${value}::int` : sql`${value}::bigint`
}
