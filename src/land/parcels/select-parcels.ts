import { sql, type RawBuilder } from 'kysely'
import type { MultiPolygon, Polygon, Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { Problem } from '../../kernel/problem.ts'
import { findGround, requireValid, toGround } from './shapes.ts'
import type { LandUse, ParcelId, ParcelSelection } from './types.ts'

export type SelectionArea =
  { polygon: Polygon | MultiPolygon } | { point: Position; radiusM: number } | { streetId: number; distanceM: number }

/** Most ids in one answer; the summary always counts everything. */
export const MOST_SELECTED = 100_000

/** How far a polygon must reach into a parcel, metres: coordinates in degrees are not finer. */
const REACH_M = 0.01

/**
 * Select current parcels: those into which the polygon reaches at least a centimetre (a shared boundary alone selects nothing); those within a distance of a point;
 * those within a distance of a street's right of way (half its width either side of the axis, unknown widths count as none).
 * @throws Problem bad-geometry, place-not-found, municipality-not-found
 */
export async function selectParcels(db: Db, area: SelectionArea): Promise<ParcelSelection> {
  const ground = await findGround(db)
  if ('polygon' in area) {
    await requireValid(db, area.polygon)
    return summarise(
      db,
      sql`(select ${toGround(area.polygon, ground)} as shape offset 0) a
        join land.parcels p on p.geom && a.shape and p.municipality_id = ${ground.municipalityId} and p.status = 'current'
          and (ST_Contains(a.shape, p.geom)
            or (ST_Intersects(a.shape, p.geom) and ST_Intersects(a.shape, ST_Buffer(p.geom, ${-REACH_M}::float8))))`,
    )
  }
  if ('point' in area) {
    return summarise(
      db,
      sql`(select ${toGround({ type: 'Point', coordinates: area.point }, ground)} as shape offset 0) a
        join land.parcels p on p.geom && ST_Expand(a.shape, ${area.radiusM}::float8) and p.municipality_id = ${ground.municipalityId} and p.status = 'current'
          and ST_DWithin(a.shape, p.geom, ${area.radiusM}::float8)`,
    )
  }
  await requireStreet(db, area.streetId)
  return summarise(
    db,
    sql`(select distinct q.parcel_id from land.street_segments s join land.parcels q
          on q.geom && ST_Expand(s.geom, coalesce(s.row_width_m, 0)::float8 / 2 + ${area.distanceM}::float8) and q.status = 'current'
          and ST_DWithin(s.geom, q.geom, coalesce(s.row_width_m, 0)::float8 / 2 + ${area.distanceM}::float8)
          and q.municipality_id = s.municipality_id
          where s.street_id = ${area.streetId}) a
        join land.parcels p using (parcel_id)`,
  )
}

async function requireStreet(db: Db, streetId: number): Promise<void> {
  const { rows } = await sql`select from land.streets where street_id = ${streetId}`.execute(db)
  if (rows.length > 0) return
  throw new Problem('place-not-found', [
    { at: 'streetId', fa: 'خیابانی با این شناسه نیست.', en: 'There is no street with this id.' },
  ])
}

async function summarise(db: Db, source: RawBuilder<unknown>): Promise<ParcelSelection> {
  const { rows } = await sql<{ land_use: string | null; count: number; area_m2: number; ids: ParcelId[] }>`
    select p.land_use, count(*)::int as count, sum(p.computed_area_m2) as area_m2, array_agg(p.parcel_id::float8) as ids
    from ${source} group by p.land_use order by area_m2 desc, p.land_use`.execute(db)
  // Shares are rounded first and then added, so that the parts shown sum to the total shown.
  const byLandUse = rows.map((row) => ({
    landUse: row.land_use as LandUse | null,
    count: row.count,
    hundredths: Math.round(row.area_m2 * 100),
  }))
  const ids = Float64Array.from(rows.flatMap((row) => row.ids)).sort()
  return {
    ids: Array.from(ids.subarray(0, MOST_SELECTED)),
    truncated: ids.length > MOST_SELECTED,
    summary: {
      count: ids.length,
      areaM2: byLandUse.reduce((sum, { hundredths }) => sum + hundredths, 0) / 100,
      byLandUse: byLandUse.map(({ landUse, count, hundredths }) => ({ landUse, count, areaM2: hundredths / 100 })),
    },
  }
}
