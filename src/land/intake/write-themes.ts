import type pg from 'pg'
import type { Target } from './types.ts'

/**
 * Themes a parcel sheet asks about. A city that has just come in answers none of them: each is there without coverage, so that
 * the sheet says "no data" and never "does not apply".
 */
const THEMES = [
  ['zone', 'پهنهٔ طرح', 'Zone', 'plan-units'],
  ['street-widening', 'تعریض گذر', 'Street widening', 'street-lines'],
  ['river-buffer', 'حریم رودخانه', 'River buffer', 'buffers'],
  ['canal-buffer', 'حریم کانال', 'Canal buffer', 'buffers'],
  ['power-line', 'حریم خط برق', 'Power line buffer', 'buffers'],
  ['gas-line', 'حریم خط گاز', 'Gas line buffer', 'buffers'],
  ['heritage', 'بافت تاریخی', 'Historic fabric', 'buffers'],
] as const

/** Make the themes of a municipality that has none. */
export async function writeThemes(client: pg.ClientBase, municipalityId: number): Promise<void> {
  await client.query(
    `insert into land.themes (municipality_id, code, ordinal, name_fa, name_en, source_fa, source_en, source_kind)
     select $1, code, ordinal, name_fa, name_en, 'هنوز وارد نشده است', 'Not imported yet', source_kind
     from unnest($2::text[], $3::text[], $4::text[], $5::text[]) with ordinality as t (code, name_fa, name_en, source_kind, ordinal)
     where not exists (select from land.themes where municipality_id = $1)`,
    [municipalityId, ...[0, 1, 2, 3].map((i) => THEMES.map((theme) => theme[i]))],
  )
}

/**
 * Zones that came in answer the theme "zone", and only where they lie: outside every zone the file says nothing, which is no
 * data, not "no zone". Slits narrower than a metre between zones are drawing, not gaps in knowledge.
 */
export async function coverByZones(client: pg.ClientBase, into: Target, municipalityId: number, source: string): Promise<void> {
  if (into !== 'zones') return
  await client.query(
    `update land.themes t set source_fa = $2, source_en = $2, coverage = u.geom
     from (select ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Buffer(ST_Buffer(ST_UnaryUnion(ST_Collect(geom)), 0.5), -0.5)), 3)) as geom
           from land.plan_units where municipality_id = $1) u
     where t.municipality_id = $1 and t.code = 'zone' and u.geom is not null`,
    [municipalityId, source],
  )
}
