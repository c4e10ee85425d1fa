import { sql, type RawBuilder } from 'kysely'
import type { Geometry } from 'geojson'
import type { Db } from '#db/connect.ts'
import { Problem } from '../../kernel/problem.ts'
import { badGeometry } from './read-geometry.ts'

/** The municipality whose ground is asked about, and its authoritative CRS. */
export interface Ground {
  municipalityId: number
  srid: number
}

/** The municipality this database serves: the first one. Throws `municipality-not-found` while there is none. */
export async function findGround(db: Db): Promise<Ground> {
  const { rows } = await sql<Ground>`
    select municipality_id as "municipalityId", srid from land.municipalities order by municipality_id limit 1`.execute(db)
  if (!rows[0]) throw new Problem('municipality-not-found')
  return rows[0]
}

/** A GeoJSON geometry (lon/lat) as SQL in the authoritative CRS, two-dimensional. */
export function toGround(geometry: Geometry, { srid }: Ground): RawBuilder<unknown> {
  return sql`ST_Transform(ST_SetSRID(ST_Force2D(ST_GeomFromGeoJSON(${JSON.stringify(geometry)}::text)), 4326), ${srid}::int)`
}

/** Throws `bad-geometry`, with the place in lon/lat, when the boundary of a shape crosses or touches itself. */
export async function requireValid(db: Db, geometry: Geometry): Promise<void> {
  const { rows } = await sql<{ is_valid: boolean; reason: string | null; lon: number | null; lat: number | null }>`
    select (d).valid as is_valid, (d).reason, ST_X((d).location) as lon, ST_Y((d).location) as lat
    from (select ST_IsValidDetail(ST_Force2D(ST_GeomFromGeoJSON(${JSON.stringify(geometry)}::text))) as d) checked`.execute(db)
  const check = rows[0]
  if (!check || check.is_valid) return
  const at = check.lon === null ? null : `${check.lat!.toFixed(6)}, ${check.lon.toFixed(6)}`
  throw badGeometry(
    at ? `مرز شکل نزدیک ${at} خودش را قطع می‌کند؛ نقطه‌ها را جابه‌جا کنید.` : 'مرز شکل درست نیست.',
    at ? `The boundary crosses itself near ${at}; move the points.` : 'The boundary is not valid.',
  )
}
