import { sql } from 'kysely'
import type { MultiPolygon, Polygon } from 'geojson'
import type { LandUse, ParcelFeature, ParcelSummary } from './types.ts'

/** What every list reads of a parcel; `p` is land.parcels, `n` its neighbourhood (left join). */
export const summaryColumns = sql`
  p.parcel_id as id, p.code, p.land_use, p.residential_density, p.computed_area_m2 as area_m2, p.address,
  p.registration_main, p.registration_sub, p.postal_code, p.status, n.name_fa as neighbourhood_fa, n.name_en as neighbourhood_en`

/** Geometry in lon/lat to the centimetre, as GeoJSON text (RFC 7946: outer rings counter-clockwise); one part is a Polygon. */
export const geometryColumn = sql`
  ST_AsGeoJSON(ST_ForcePolygonCCW(ST_Transform(case when ST_NumGeometries(p.geom) = 1 then ST_GeometryN(p.geom, 1) else p.geom end, 4326)), 7) as geometry`

export interface SummaryRow {
  id: number
  code: string
  land_use: string | null
  residential_density: number | null
  area_m2: number
  address: string | null
  registration_main: number | null
  registration_sub: number | null
  postal_code: string | null
  status: string
  neighbourhood_fa: string | null
  neighbourhood_en: string | null
}

export function toSummary(row: SummaryRow): ParcelSummary {
  return {
    id: row.id,
    code: row.code,
    landUse: row.land_use as LandUse | null,
    residentialDensity: row.residential_density as 1 | 2 | 3 | null,
    areaM2: roundTo(row.area_m2, 2),
    address: row.address,
    registrationPlot: row.registration_main === null ? null : `${row.registration_main}/${row.registration_sub ?? 0}`,
    postalCode: row.postal_code,
    neighbourhood:
      row.neighbourhood_fa === null
        ? null
        : { nameFa: row.neighbourhood_fa, nameEn: row.neighbourhood_en ?? row.neighbourhood_fa },
    status: row.status as ParcelSummary['status'],
  }
}

export function toFeature(row: SummaryRow & { geometry: string }): ParcelFeature {
  return { type: 'Feature', id: row.id, geometry: JSON.parse(row.geometry) as Polygon | MultiPolygon, properties: toSummary(row) }
}

export function roundTo(value: number, digits: number): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
