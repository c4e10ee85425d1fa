import { sql, type RawBuilder } from 'kysely'
import type { Db } from '#db/connect.ts'
import { toPersianDigits } from '../../kernel/text.ts'
import type { Outcome } from './decide-answer.ts'
import type { ThemeAnswer } from './types.ts'

export interface Question {
  theme: string
  parcelId: number
  minAreaM2: number
}
/** Answers one theme about one parcel; `tx` already has the theme's time limit. May throw: then the source has failed. */
export type Source = (tx: Db, question: Question) => Promise<Outcome>
export type SourceKind = 'plan-units' | 'street-lines' | 'buffers'

/** Beyond this the nearest thing is not told, metres. */
const NEAREST_M = 5000

/** One source for each `source_kind` of land.themes. */
export const SOURCES: Record<SourceKind, Source> = {
  'plan-units': (tx, question) =>
    ask(tx, question, {
      table: sql`land.plan_units`,
      shape: sql`t.geom`,
      condition: sql`true`,
      label: sql`t.code as a, t.name_fa as b, t.name_en as c, null::text as effect, null::float8 as width`,
      toItem: ({ a, b, c }) => ({ labelFa: joinName(a, b ?? c), labelEn: joinName(a, c ?? b), effect: null }),
    }),
  buffers: (tx, question) =>
    ask(tx, question, {
      table: sql`land.buffers`,
      shape: sql`t.geom`,
      condition: sql`t.theme = ${question.theme}`,
      label: sql`null::text as a, t.name_fa as b, t.name_en as c, t.effect, t.width_m::float8 as width`,
      toItem: ({ b, c, effect, width }) => ({
        labelFa: joinName(b ?? c, width === null ? null : `${toPersianDigits(String(width))} متر`),
        labelEn: joinName(c ?? b, width === null ? null : `${width} m`),
        effect: effect as ThemeAnswer['items'][number]['effect'],
      }),
    }),
  'street-lines': (tx, question) =>
    ask(tx, question, {
      table: sql`(select l.*, s.name_fa, s.name_en from land.street_lines l
        left join land.street_segments g using (segment_id) left join land.streets s using (street_id))`,
      shape: sql`t.right_of_way`,
      condition: sql`true`,
      label: sql`null::text as a, t.name_fa as b, t.name_en as c, null::text as effect, t.planned_width_m::float8 as width`,
      toItem: ({ b, c, width }) => ({
        labelFa: joinName(b ?? c, `گذر ${toPersianDigits(String(width))} متری طرح`),
        labelEn: joinName(c ?? b, `planned width ${width} m`),
        effect: null,
      }),
    }),
}

interface Label {
  a: string | null
  b: string | null
  c: string | null
  effect: string | null
  width: number | null
}
interface Ask {
  table: RawBuilder<unknown>
  shape: RawBuilder<unknown>
  condition: RawBuilder<unknown>
  label: RawBuilder<unknown>
  toItem(label: Label): Omit<ThemeAnswer['items'][number], 'areaM2'>
}

/** Intersect the parcel with the source's shapes, things of one label together; when nothing counts, find the nearest. */
async function ask(tx: Db, { parcelId, minAreaM2 }: Question, { table, shape, condition, label, toItem }: Ask): Promise<Outcome> {
  const { rows } = await sql<Label & { area_m2: number; total_m2: number }>`
    with p as (select geom, municipality_id from land.parcels where parcel_id = ${parcelId}),
    hits as (
      select ${label}, ST_CollectionExtract(ST_Intersection(${shape}, p.geom), 3) as part
      from p join ${table} t on t.municipality_id = p.municipality_id and ${shape} && p.geom and ST_Intersects(${shape}, p.geom) and ${condition}
    ),
    grouped as (select a, b, c, effect, width, ST_Union(part) as part from hits group by a, b, c, effect, width)
    select a, b, c, effect, width, ST_Area(part) as area_m2,
      ST_Area((select ST_Union(part) from grouped where ST_Area(part) >= ${minAreaM2}::float8)) as total_m2
    from grouped where ST_Area(part) >= ${minAreaM2}::float8 order by area_m2 desc, a, b, c`.execute(tx)
  const hits = rows.map((row) => ({ ...toItem(row), areaM2: row.area_m2 }))
  if (hits.length > 0) return { hits, areaM2: rows[0]!.total_m2, nearestM: null }
  const nearest = await sql<{ metres: number }>`
    select ST_Distance(${shape}, p.geom) as metres
    from (select geom, municipality_id from land.parcels where parcel_id = ${parcelId}) p
    join ${table} t on t.municipality_id = p.municipality_id and ${condition}
    order by ${shape} <-> p.geom limit 1`.execute(tx)
  const metres = nearest.rows[0]?.metres
  return { hits, areaM2: 0, nearestM: metres === undefined || metres > NEAREST_M ? null : metres }
}

function joinName(...parts: (string | null)[]): string {
  return parts.filter(Boolean).join(' · ')
}
