import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import type { Municipality } from './types.ts'

/** How long an answer is given again before it is asked anew: counting a million parcels takes a second. */
const FRESH_MS = 10_000
/** Until this age it is still given at once, while a new one is read behind it: every page asks, and none should wait for counts. */
const STALE_MS = 600_000

/** The profile of the municipality this database serves; null while there is none. Remembered per database. */
export function openMunicipality(): (db: Db) => Promise<Municipality | null> {
  let known: { at: number; municipality: Municipality } | null = null
  let coming: Promise<Municipality | null> | null = null

  async function readAnew(db: Db): Promise<Municipality | null> {
    try {
      const municipality = await readMunicipality(db)
      known = municipality && { at: Date.now(), municipality }
      return municipality
    } catch (error) {
      known = null // the next one is told what is wrong
      throw error
    } finally {
      coming = null
    }
  }

  return async (db) => {
    const ageMs = known ? Date.now() - known.at : Infinity
    if (known && ageMs < FRESH_MS) return known.municipality
    const fresh = (coming ??= readAnew(db))
    if (!known || ageMs >= STALE_MS) return fresh
    fresh.catch(() => undefined)
    return known.municipality
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
