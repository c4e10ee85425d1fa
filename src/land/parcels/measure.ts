import { sql } from 'kysely'
import type { LineString, MultiPolygon, Polygon } from 'geojson'
import type { Db } from '#db/connect.ts'
import { findGround, requireValid, toGround } from './shapes.ts'
import { roundTo } from './summary.ts'

/** Length (of a polygon: its boundary) in metres and area in m², planar in the authoritative CRS; a line has no area. */
export interface Measurement {
  lengthM: number
  areaM2: number | null
  srid: number
}

export async function measureShape(db: Db, shape: LineString | Polygon | MultiPolygon): Promise<Measurement> {
  const ground = await findGround(db)
  const isLine = shape.type === 'LineString'
  if (!isLine) await requireValid(db, shape)
  const { rows } = await sql<{ length_m: number; area_m2: number }>`
    select case when ${isLine} then ST_Length(g) else ST_Perimeter(g) end as length_m, ST_Area(g) as area_m2
    from (select ${toGround(shape, ground)} as g offset 0) s`.execute(db)
  const { length_m, area_m2 } = rows[0]!
  return { lengthM: roundTo(length_m, 2), areaM2: isLine ? null : roundTo(area_m2, 2), srid: ground.srid }
}
