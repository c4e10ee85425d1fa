import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import type { Municipality } from './types.ts'

/** How long an answer is given again before it is asked anew: counting a million parcels takes a while. */
const FRESH_MS = 10_000

/** The profile of the municipality this database serves; null while there is none. Remembered for ten seconds per database. */
export function openMunicipality(db: Db): () => Promise<Municipality | null> {
  let known: { at: number; answer: Promise<Municipality | null> } | null = null
  return async () => {
    if (known && Date.now() - known.at < FRESH_MS) return known.answer
    const asked = { at: Date.now(), answer: readMunicipality(db) }
    known = asked
    const forget = () => {
      if (known === asked) known = null
    }
    asked.answer.then((municipality) => (municipality === null ? forget() : undefined), forget)
    return asked.answer
  }
}

async function readMunicipality(db: Db): Promise<Municipality | null> {
  const { rows } = await sql<Municipality & { recordedAt: Date }>`
    select m.slug, m.name_fa as "nameFa", m.name_en as "nameEn", m.srid, m.code_scheme as "codeScheme", m.calendar, m.weekend,
      m.is_synthetic as "isSynthetic",
      json_build_array(ST_XMin(e.box), ST_YMin(e.box), ST_XMax(e.box), ST_YMax(e.box)) as bbox,
      json_build_array(ST_X(ST_Centroid(e.box)), ST_Y(ST_Centroid(e.box))) as center,
      json_build_object(
        'parcels', p.count,
        'buildings', (select count(*) from land.buildings t where t.municipality_id = m.municipality_id),
        'streets', (select count(*) from land.streets t where t.municipality_id = m.municipality_id),
        'neighbourhoods', (select count(*) from land.neighbourhoods t where t.municipality_id = m.municipality_id),
        'zones', (select count(*) from land.plan_units t where t.municipality_id = m.municipality_id),
        'facilities', (select count(*) from land.facilities t where t.municipality_id = m.municipality_id)) as counts,
      greatest(m.recorded_at, p.recorded_at) as "recordedAt"
    from (select * from land.municipalities order by municipality_id limit 1) m
    cross join lateral (
      select count(*) filter (where status = 'current') as count, max(recorded_at) as recorded_at, ST_Extent(geom) as extent
      from land.parcels t where t.municipality_id = m.municipality_id) p
    cross join lateral (
      select ST_Envelope(ST_Transform(ST_SetSRID(coalesce(m.boundary, p.extent::geometry, ST_MakePoint(500000, 0)), m.srid), 4326)) as box) e`.execute(
    db,
  )
  const row = rows[0]
  return row ? { ...row, recordedAt: row.recordedAt.toISOString() } : null
}
