import { sql, type RawBuilder } from 'kysely'
import type { Geometry } from 'geojson'
import type { Db } from '#db/connect.ts'
import { toPersianDigits } from '../../kernel/text.ts'
import { PLACE_KINDS, type Place, type PlaceKind } from './types.ts'

interface PlaceRow {
  id: number
  name_fa: string | null
  name_en: string | null
  detail_fa: string | null
  detail_en: string | null
  point: [number, number]
  bbox: [number, number, number, number]
  geometry: string | null
}

/** Names, detail, point and box of the given places, in the given order; those that no longer exist are left out. */
export async function describePlaces(db: Db, wanted: readonly { kind: PlaceKind; id: number }[]): Promise<Place[]> {
  const found = new Map<string, Place>()
  await Promise.all(
    PLACE_KINDS.map(async (kind) => {
      const ids = wanted.filter((place) => place.kind === kind).map((place) => place.id)
      if (ids.length === 0) return
      for (const row of await readPlaces(db, kind, ids, false)) found.set(`${kind} ${row.id}`, toPlace(kind, row))
    }),
  )
  return wanted.flatMap(({ kind, id }) => found.get(`${kind} ${id}`) ?? [])
}

/** One place with its geometry in lon/lat, or null. */
export async function findPlace(db: Db, kind: PlaceKind, id: number): Promise<{ place: Place; geometry: Geometry } | null> {
  const row = (await readPlaces(db, kind, [id], true))[0]
  return row ? { place: toPlace(kind, row), geometry: JSON.parse(row.geometry!) as Geometry } : null
}

function toPlace(kind: PlaceKind, row: PlaceRow): Place {
  return {
    kind,
    id: row.id,
    nameFa: row.name_fa,
    nameEn: row.name_en,
    detailFa: row.detail_fa === null ? null : toPersianDigits(row.detail_fa),
    detailEn: row.detail_en,
    point: row.point,
    bbox: row.bbox,
  }
}

async function readPlaces(db: Db, kind: PlaceKind, ids: number[], hasGeometry: boolean): Promise<PlaceRow[]> {
  const { rows } = await sql<PlaceRow>`
    select id, name_fa, name_en, detail_fa, detail_en,
      json_build_array(ST_X(point), ST_Y(point)) as point,
      json_build_array(ST_XMin(shape), ST_YMin(shape), ST_XMax(shape), ST_YMax(shape)) as bbox,
      ${hasGeometry ? sql`ST_AsGeoJSON(shape, 7)` : sql`null`} as geometry
    from (
      select id, name_fa, name_en, detail_fa, detail_en, ST_Transform(shape, 4326) as shape, ST_Transform(${middleOf(kind)}, 4326) as point
      from (${PLACE_SOURCES[kind](ids)}) s where shape is not null offset 0
    ) p`.execute(db)
  return rows
}

/** A point that stands for the place: the middle of a street's longest piece, else somewhere inside. */
function middleOf(kind: PlaceKind): RawBuilder<unknown> {
  return kind === 'street' ? sql`ST_LineInterpolatePoint(main, 0.5)` : sql`ST_PointOnSurface(shape)`
}

const WATER_KINDS = sql`(values ('river', 'رودخانه', 'River'), ('madi', 'مادی', 'Madi canal'), ('canal', 'کانال', 'Canal'), ('pool', 'آبگیر', 'Pool')) k (kind, fa, en)`

/** Each kind as id, names, detail, shape and the part that stands for it (`main`), in the authoritative CRS. */
const PLACE_SOURCES: Record<PlaceKind, (ids: number[]) => RawBuilder<unknown>> = {
  street: (ids) => sql`
    select s.street_id as id, s.name_fa, s.name_en, 'گذر ' || g.width || ' متری' as detail_fa, g.width || ' m wide' as detail_en, g.shape, g.main
    from land.streets s cross join lateral (
      select trim_scale(max(row_width_m)) as width, ST_LineMerge(ST_Collect(d.geom)) as shape, (array_agg(d.geom order by ST_Length(d.geom) desc))[1] as main
      from land.street_segments q cross join lateral ST_Dump(q.geom) d where q.street_id = s.street_id) g
    where s.street_id = any (${ids}::bigint[])`,
  neighbourhood: (ids) => sql`
    select q.neighbourhood_id as id, q.name_fa, q.name_en, r.name_fa as detail_fa, r.name_en as detail_en, q.geom as shape, null::geometry as main
    from land.neighbourhoods q left join land.regions r using (region_id) where q.neighbourhood_id = any (${ids}::bigint[])`,
  facility: (ids) => sql`
    select f.facility_id as id, f.name_fa, f.name_en, u.name_fa as detail_fa, u.name_en as detail_en, f.geom as shape, null::geometry as main
    from land.facilities f left join land.land_uses u on u.code = f.land_use where f.facility_id = any (${ids}::bigint[])`,
  water: (ids) => sql`
    select w.water_course_id as id, w.name_fa, w.name_en, k.fa as detail_fa, k.en as detail_en, w.geom as shape, null::geometry as main
    from land.water_courses w left join ${WATER_KINDS} using (kind) where w.water_course_id = any (${ids}::bigint[])`,
  zone: (ids) => sql`
    select z.plan_unit_id as id, coalesce(z.code || ' · ' || z.name_fa, z.code) as name_fa, coalesce(z.code || ' · ' || z.name_en, z.code) as name_en,
      z.plan as detail_fa, coalesce(t.source_en, z.plan) as detail_en, z.geom as shape, null::geometry as main
    from land.plan_units z left join land.themes t on t.municipality_id = z.municipality_id and t.code = 'zone'
    where z.plan_unit_id = any (${ids}::bigint[])`,
}
