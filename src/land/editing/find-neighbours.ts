import { sql } from 'kysely'
import type { MultiPolygon, Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { Problem } from '../../kernel/problem.ts'
import type { ParcelId } from '../parcels/types.ts'
import { toSql } from './judge-shape.ts'
import { LARGEST_ROUNDING_M2, SNAP_M } from './limits.ts'

/** Overlaps named in one answer, the largest first. */
const MOST_NAMED = 10

interface Around {
  municipalityId: number
  srid: number
  /** parcels whose place the shape takes */
  instead: readonly ParcelId[]
}

/** Rings (metres) of the current parcels that a shape meets or nearly meets. */
export async function listNeighbourRings(tx: Db, shape: MultiPolygon, around: Around): Promise<Position[][]> {
  const { rows } = await sql<{ shape: string }>`
    select ST_AsGeoJSON(p.geom, 15, 0) as shape
    from (select ${toSql(shape, around.srid)} as geom offset 0) s
    join land.parcels p on p.geom && ST_Expand(s.geom, ${SNAP_M}::float8) and ST_DWithin(p.geom, ST_Boundary(s.geom), ${SNAP_M}::float8)
    where p.municipality_id = ${around.municipalityId} and p.status = 'current' and p.parcel_id <> all (${around.instead}::bigint[])
    order by p.parcel_id limit 2000`.execute(tx)
  return rows.flatMap((row) => (JSON.parse(row.shape) as MultiPolygon).coordinates.flat())
}

/**
 * Throws `conflict` naming every current parcel on which a sound shape (metres) would lie, with the area. An overlap that came
 * with the data (an open finding) may stay or shrink.
 */
export async function refuseOverlaps(tx: Db, shape: MultiPolygon, around: Around): Promise<void> {
  const { rows } = await sql<{ code: string; area_m2: number }>`
    select p.code, met.area_m2
    from (select ${toSql(shape, around.srid)} as geom offset 0) s
    join land.parcels p on p.geom && s.geom
    cross join lateral (select ST_Area(ST_Intersection(p.geom, s.geom)) as area_m2) met
    where p.municipality_id = ${around.municipalityId} and p.status = 'current' and p.parcel_id <> all (${around.instead}::bigint[])
      and met.area_m2 > ${LARGEST_ROUNDING_M2} + coalesce((
        select sum(f.area_m2) from land.findings f
        where f.kind = 'overlap' and f.resolved_at is null
          and ((f.parcel_id = p.parcel_id and f.other_parcel_id = any (${around.instead}::bigint[]))
            or (f.other_parcel_id = p.parcel_id and f.parcel_id = any (${around.instead}::bigint[])))), 0)
    order by met.area_m2 desc, p.code limit ${MOST_NAMED}`.execute(tx)
  if (rows.length === 0) return
  throw new Problem(
    'conflict',
    rows.map(({ code, area_m2 }) => ({
      at: code,
      fa: `شکل ${area_m2.toFixed(2)} متر مربع روی ملک ${code} می‌افتد.`,
      en: `The shape would lie on ${area_m2.toFixed(2)} m² of parcel ${code}.`,
    })),
  )
}
