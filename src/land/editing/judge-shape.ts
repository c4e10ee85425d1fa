import { sql } from 'kysely'
import type { MultiPolygon, Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { Problem, type Reason } from '../../kernel/problem.ts'
import { BEYOND_BOUNDARY_M, LARGEST_ROUNDING_M2, LEAST_AREA_M2, LEAST_WIDTH_M, MOST_GROWTH } from './limits.ts'
import type { EditedParcel } from './types.ts'

/** A geometry of ours, metres, as SQL. */
export function toSql(shape: object, srid: number) {
  return sql`ST_SetSRID(ST_GeomFromGeoJSON(${JSON.stringify(shape)}::text), ${srid}::int)`
}

/**
 * Throws `bad-geometry` with the place (lon/lat) and the reason when a shape (metres) is not a sound area. Nothing is mended: what
 * the officer meant is his to say.
 */
export async function requireSound(tx: Db, shape: MultiPolygon, srid: number): Promise<void> {
  if (shape.coordinates.flat().some((ring) => ring.length < 4)) {
    throw new Problem('bad-geometry', [
      {
        at: 'geometry',
        fa: 'یک حلقهٔ شکل هیچ‌جا پهن‌تر از ۵ سانتی‌متر نیست.',
        en: 'A ring of the shape is nowhere wider than 5 centimetres.',
      },
    ])
  }
  const { rows } = await sql<{ valid: boolean; reason: string | null; lon: number | null; lat: number | null }>`
    select (d).valid, (d).reason, ST_X(at) as lon, ST_Y(at) as lat
    from (select ST_IsValidDetail(${toSql(shape, srid)}) as d offset 0) checked
    cross join lateral (select ST_Transform(ST_SetSRID((d).location, ${srid}::int), 4326) as at) place`.execute(tx)
  const { valid, reason, lon, lat } = rows[0]!
  if (valid) return
  const [fa, en] = INVALID.find(([words]) => words.test(reason ?? ''))?.[1] ?? INVALID_OTHERWISE
  const at = lon === null || lat === null ? null : `${lat.toFixed(7)}, ${lon.toFixed(7)}`
  throw new Problem('bad-geometry', [
    { at: 'geometry', fa: at ? `${fa}؛ نزدیک ${at}.` : `${fa}.`, en: at ? `${en}, near ${at}.` : `${en}.` },
  ])
}

const INVALID: [RegExp, [fa: string, en: string]][] = [
  [/^Hole lies outside/i, ['یک حفره بیرون از شکل است', 'A hole lies outside the shape']],
  [/^(Holes are nested|Nested)/i, ['یک بخش یا حفره درون دیگری است', 'A part or a hole lies within another']],
  [/^Interior is disconnected/i, ['حفره‌ها شکل را از هم جدا می‌کنند', 'Holes cut the shape apart']],
  [/^Duplicate/i, ['یک حلقه دو بار آمده است', 'A ring is given twice']],
  [/^Too few/i, ['یک حلقه کمتر از سه گوشهٔ متفاوت دارد', 'A ring has fewer than three different corners']],
  [/intersection/i, ['مرز شکل خودش را قطع می‌کند یا به خودش می‌رسد', 'The boundary crosses or touches itself']],
]
const INVALID_OTHERWISE: [fa: string, en: string] = ['شکل درست نیست', 'The shape is not valid']

/** Whether a sound shape (metres) covers the same ground as the parcel does now. */
export async function isSameGround(tx: Db, shape: MultiPolygon, parcel: EditedParcel): Promise<boolean> {
  const { rows } = await sql<{ is_same: boolean }>`
    select ST_Equals(geom, ${toSql(shape, parcel.srid)}) as is_same from land.parcels where parcel_id = ${parcel.id}`.execute(tx)
  return rows[0]!.is_same
}

/** Throws `unprocessable` with every reason why a sound shape (metres) cannot be a parcel's new one. */
export async function requirePlausible(tx: Db, shape: MultiPolygon, parcel: EditedParcel): Promise<void> {
  const { rows } = await sql<{ area_m2: number; is_wide: boolean; kept_m2: number; is_inside: boolean }>`
    select ST_Area(s.geom) as area_m2, not ST_IsEmpty(ST_Buffer(s.geom, ${-LEAST_WIDTH_M / 2}::float8)) as is_wide,
      ST_Area(ST_Intersection(s.geom, p.geom)) as kept_m2,
      -- What the parcel reaches beyond the boundary already is no news; only the boundary near by is looked at.
      m.boundary is null or ST_CoveredBy(s.geom, m.boundary) or ST_CoveredBy(
        ST_Difference(s.geom, p.geom),
        ST_Buffer(ST_Intersection(m.boundary, ST_Expand(ST_Envelope(s.geom), ${2 * BEYOND_BOUNDARY_M}::float8)), ${BEYOND_BOUNDARY_M}::float8)
      ) as is_inside
    from (select ${toSql(shape, parcel.srid)} as geom offset 0) s, land.parcels p join land.municipalities m using (municipality_id)
    where p.parcel_id = ${parcel.id}`.execute(tx)
  const { area_m2, is_wide, kept_m2, is_inside } = rows[0]!
  const reasons: Reason[] = []
  if (area_m2 < LEAST_AREA_M2 || !is_wide) reasons.push(tellSliver(area_m2))
  if (area_m2 > MOST_GROWTH * Math.max(parcel.areaM2, LEAST_AREA_M2)) {
    reasons.push({
      at: 'geometry',
      fa: `شکل ${area_m2.toFixed(0)} متر مربع است، بیش از ${MOST_GROWTH} برابر ملک کنونی (${parcel.areaM2.toFixed(0)}).`,
      en: `The shape has ${area_m2.toFixed(0)} m², more than ${MOST_GROWTH} times the parcel's ${parcel.areaM2.toFixed(0)}.`,
    })
  }
  if (kept_m2 <= LARGEST_ROUNDING_M2) {
    reasons.push({
      at: 'geometry',
      fa: 'شکل هیچ بخشی از زمین کنونی ملک را نگه نمی‌دارد.',
      en: 'The shape keeps nothing of the ground of the parcel.',
    })
  }
  if (!is_inside) {
    reasons.push({
      at: 'geometry',
      fa: 'شکل از محدودهٔ شهر بیرون می‌زند.',
      en: 'The shape reaches beyond the boundary of the city.',
    })
  }
  if (reasons.length > 0) throw new Problem('unprocessable', reasons)
}

/** Why so small a piece (m²) is none; with its place in lon/lat where there are several. */
export function tellSliver(areaM2: number, place?: Position): Reason {
  const at = place ? `${place[1]!.toFixed(6)}, ${place[0]!.toFixed(6)}` : null
  return {
    at: 'geometry',
    fa: `تکه‌ای از ${areaM2.toFixed(2)} متر مربع${at ? ` نزدیک ${at}` : ''} کوچک‌تر از ${LEAST_AREA_M2} متر مربع یا باریک‌تر از ${LEAST_WIDTH_M * 100} سانتی‌متر است.`,
    en: `A piece of ${areaM2.toFixed(2)} m²${at ? ` near ${at}` : ''} is smaller than ${LEAST_AREA_M2} m² or narrower than ${LEAST_WIDTH_M * 100} cm.`,
  }
}
