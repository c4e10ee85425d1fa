import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import type { ExportFormat, LandUse, ParcelStatus } from './types.ts'

/** Most parcels one export may hold: an answer of some 20 MB that is written in seconds. */
export const EXPORT_LIMIT = 20_000
/** Rows read at a time: what memory and the event loop do not feel. */
const BATCH = 500

/** What is exported: the parcels found, in the order of their codes, of one municipality. */
export interface ExportSet {
  ids: number[]
  srid: number
  crsName: string
  crsWkt: string // OGC WKT 1
  municipality: { slug: string; nameFa: string; nameEn: string; isSynthetic: boolean }
  bounds: [minX: number, minY: number, maxX: number, maxY: number] // authoritative CRS
}

/** One parcel as a file has it. Areas in m² of the authoritative CRS; never anything of an owner. */
export interface ExportRow {
  id: number
  code: string
  landUse: LandUse | null
  landUseFa: string | null
  landUseEn: string | null
  residentialDensity: number | null
  areaM2: number
  deedAreaM2: number | null
  surveyedAreaM2: number | null
  address: string | null
  streetFa: string | null
  streetEn: string | null
  houseNumber: string | null
  postalCode: string | null
  registrationSection: string | null
  registrationMain: number | null
  registrationSub: number | null
  blockNumber: number | null
  neighbourhoodFa: string | null
  neighbourhoodEn: string | null
  status: ParcelStatus
  validFrom: string // ISO date
  validTo: string | null
  x: number // of a point on the parcel, authoritative CRS
  y: number
  lon: number // the same point, WGS 84
  lat: number
  wkb: Buffer | null // authoritative CRS, MultiPolygon
  geojson: string | null // WGS 84, 7 decimals, RFC 7946 winding
}

/** Which of the wanted parcels exist, and in which CRS. One set for each municipality they lie in. */
export async function findExportSet(db: Db, wanted: { ids: number[] } | { codes: string[] }): Promise<ExportSet[]> {
  const condition = 'ids' in wanted ? sql`p.parcel_id = any(${wanted.ids}::bigint[])` : sql`p.code = any(${wanted.codes}::text[])`
  const { rows } = await sql<ExportSet & { extent: string }>`
    select array_agg(p.parcel_id::float8 order by p.code collate "C", p.parcel_id) as ids, m.srid, s.srtext as "crsWkt",
           json_build_object('slug', m.slug, 'nameFa', m.name_fa, 'nameEn', m.name_en, 'isSynthetic', m.is_synthetic) as municipality,
           array[min(ST_XMin(p.geom)), min(ST_YMin(p.geom)), max(ST_XMax(p.geom)), max(ST_YMax(p.geom))] as bounds
    from land.parcels p
    join land.municipalities m using (municipality_id)
    join public.spatial_ref_sys s on s.srid = m.srid
    where ${condition}
    group by m.municipality_id, s.srtext
    order by count(*) desc`.execute(db)
  return rows.map((row) => ({ ...row, crsName: /"([^"]+)"/.exec(row.crsWkt)?.[1] ?? `EPSG:${row.srid}` }))
}

/** The rows of a set, read 500 at a time so that neither memory nor the event loop feels 20,000. */
export async function* readExportRows(db: Db, set: ExportSet, geometry: 'wkb' | 'geojson' | 'none'): AsyncGenerator<ExportRow[]> {
  for (let from = 0; from < set.ids.length; from += BATCH) {
    const { rows } = await sql<ExportRow>`
      select p.parcel_id::float8 as id, p.code, p.land_use as "landUse", u.name_fa as "landUseFa", u.name_en as "landUseEn",
             p.residential_density as "residentialDensity", p.computed_area_m2 as "areaM2",
             p.deed_area_m2::float8 as "deedAreaM2", p.surveyed_area_m2::float8 as "surveyedAreaM2",
             p.address, s.name_fa as "streetFa", s.name_en as "streetEn", p.house_number as "houseNumber", p.postal_code as "postalCode",
             p.registration_section as "registrationSection", p.registration_main as "registrationMain", p.registration_sub as "registrationSub",
             b.number as "blockNumber", n.name_fa as "neighbourhoodFa", n.name_en as "neighbourhoodEn",
             p.status, p.valid_from::text as "validFrom", p.valid_to::text as "validTo",
             ST_X(c.point) as x, ST_Y(c.point) as y, ST_X(ST_Transform(c.point, 4326)) as lon, ST_Y(ST_Transform(c.point, 4326)) as lat,
             ${geometry === 'wkb' ? sql`ST_AsBinary(ST_ForcePolygonCCW(p.geom), 'NDR')` : sql`null`} as wkb,
             ${geometry === 'geojson' ? sql`ST_AsGeoJSON(ST_ForcePolygonCCW(ST_Transform(p.geom, 4326)), 7)` : sql`null`} as geojson
      from unnest(${set.ids.slice(from, from + BATCH)}::bigint[]) with ordinality as wanted (parcel_id, place)
      join land.parcels p using (parcel_id)
      left join land.land_uses u on u.code = p.land_use
      left join land.streets s on s.street_id = p.street_id
      left join land.blocks b on b.block_id = p.block_id
      left join land.neighbourhoods n on n.neighbourhood_id = p.neighbourhood_id
      cross join lateral (select ST_PointOnSurface(p.geom) as point offset 0) c
      order by wanted.place`.execute(db)
    yield rows
  }
}

/** File name of an export: Latin, safe everywhere, says what it is. */
export function nameExport(set: ExportSet, format: ExportFormat, on: string): string {
  const extension = { geojson: 'geojson', csv: 'csv', gpkg: 'gpkg', shp: 'zip', dxf: 'dxf' }[format]
  return `${set.municipality.slug}-parcels-${on}${format === 'shp' ? '-shp' : ''}.${extension}`
}
