import { readFileSync } from 'node:fs'
import { CompiledQuery } from 'kysely'
import { sql } from 'kysely'
import type { LineString, MultiPolygon, Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { Problem, type Reason } from '../../kernel/problem.ts'
import { tellSliver, toSql } from './judge-shape.ts'
import { LEAST_AREA_M2, LEAST_WIDTH_M, MOST_PARCELS } from './limits.ts'
import type { EditedParcel } from './types.ts'

const CUT = readFileSync(new URL('cut-shape.sql', import.meta.url), 'utf8')

/** A piece of a parcel that was cut; metres. */
export interface Piece {
  shape: MultiPolygon
  areaM2: number
  builtM2: number
}

/**
 * Cut a shape (metres) by a line whose ends lie on or beyond its boundary. The pieces cover it exactly and have the same points on
 * the borders between them; from the north-west.
 * @throws Problem unprocessable when the line does not cut, ends inside, crosses itself, or cuts off a sliver
 */
export async function cutShape(tx: Db, parcel: EditedParcel, shape: MultiPolygon, line: LineString): Promise<Piece[]> {
  await requireCrossing(tx, parcel.srid, shape, line)
  const { rows } = await tx.executeQuery<Row>(
    CompiledQuery.raw(CUT, [
      JSON.stringify(shape),
      JSON.stringify(line),
      parcel.srid,
      parcel.id,
      LEAST_WIDTH_M,
      MOST_PARCELS + 1,
    ]),
  )
  if (rows.length <= shape.coordinates.length) {
    throw refuse({ fa: 'خط برش ملک را نمی‌برد.', en: 'The line does not cut the parcel.' })
  }
  if (rows.length > MOST_PARCELS) {
    throw refuse({
      fa: `خط برش ملک را به بیش از ${MOST_PARCELS} تکه می‌برد.`,
      en: `The line cuts the parcel into more than ${MOST_PARCELS} pieces.`,
    })
  }
  const slivers = rows.filter((row) => row.area_m2 < LEAST_AREA_M2 || !row.is_wide)
  if (slivers.length > 0) {
    throw new Problem(
      'unprocessable',
      slivers.slice(0, 10).map((row) => ({ ...tellSliver(row.area_m2, row.place), at: 'line' })),
    )
  }
  const total = rows.reduce((sum, row) => sum + row.area_m2, 0)
  if (Math.abs(total - parcel.areaM2) > 1e-6 * parcel.areaM2) throw new Error(`pieces of ${parcel.code} add up to ${total} m²`)
  return rows.map((row) => ({ shape: JSON.parse(row.shape) as MultiPolygon, areaM2: row.area_m2, builtM2: row.built_m2 }))
}

interface Row {
  shape: string
  area_m2: number
  is_wide: boolean
  built_m2: number
  place: Position
}

async function requireCrossing(tx: Db, srid: number, shape: MultiPolygon, line: LineString): Promise<void> {
  const { rows } = await sql<{ is_simple: boolean; meets: boolean; inside: Position[] | null }>`
    select ST_IsSimple(l.geom) as is_simple, ST_Intersects(l.geom, s.geom) as meets, (
      select json_agg(json_build_array(ST_X(place), ST_Y(place)))
      from (values (ST_StartPoint(l.geom)), (ST_EndPoint(l.geom))) as ends (at), ST_Transform(at, 4326) place
      where ST_Contains(s.geom, at) and ST_Distance(at, ST_Boundary(s.geom)) > 1e-6
    ) as inside
    from (select ${toSql(shape, srid)} as geom) s, (select ${toSql(line, srid)} as geom) l`.execute(tx)
  const { is_simple, meets, inside } = rows[0]!
  if (!is_simple) throw refuse({ fa: 'خط برش خودش را قطع می‌کند.', en: 'The line crosses itself.' })
  if (!meets) throw refuse({ fa: 'خط برش به ملک نمی‌رسد.', en: 'The line does not meet the parcel.' })
  const end = inside?.[0]
  if (!end) return
  const at = `${end[1]!.toFixed(7)}, ${end[0]!.toFixed(7)}`
  throw refuse({
    fa: `خط برش درون ملک، در ${at}، تمام می‌شود؛ باید از مرزی تا مرز دیگر برود.`,
    en: `The line ends inside the parcel, at ${at}; it must go from boundary to boundary.`,
  })
}

function refuse(reason: Reason): Problem {
  return new Problem('unprocessable', [{ at: 'line', ...reason }])
}
