import type { ExportRow } from './export-rows.ts'

type Kind = 'text' | 'whole' | 'metres' | 'degrees' | 'date'

/** A column of an exported table. Shapefile names have at most 10 letters, so they are given, not cut. */
export interface ExportField {
  name: string
  shapeName: string
  kind: Kind
  bytes: number // room in a Shapefile's table; UTF-8
  read: (row: ExportRow) => string | number | null
}

/** The columns of every table-like export, in order; areas are m² in the authoritative CRS. */
export const EXPORT_FIELDS: readonly ExportField[] = [
  { name: 'code', shapeName: 'CODE', kind: 'text', bytes: 64, read: (r) => r.code },
  { name: 'land_use', shapeName: 'LAND_USE', kind: 'text', bytes: 3, read: (r) => r.landUse },
  { name: 'land_use_fa', shapeName: 'USE_FA', kind: 'text', bytes: 80, read: (r) => r.landUseFa },
  { name: 'land_use_en', shapeName: 'USE_EN', kind: 'text', bytes: 60, read: (r) => r.landUseEn },
  { name: 'residential_density', shapeName: 'DENSITY', kind: 'whole', bytes: 4, read: (r) => r.residentialDensity },
  { name: 'area_m2', shapeName: 'AREA_M2', kind: 'metres', bytes: 16, read: (r) => r.areaM2 },
  { name: 'deed_area_m2', shapeName: 'DEED_M2', kind: 'metres', bytes: 16, read: (r) => r.deedAreaM2 },
  { name: 'surveyed_area_m2', shapeName: 'SURVEY_M2', kind: 'metres', bytes: 16, read: (r) => r.surveyedAreaM2 },
  { name: 'address', shapeName: 'ADDRESS', kind: 'text', bytes: 254, read: (r) => r.address },
  { name: 'street_fa', shapeName: 'STREET_FA', kind: 'text', bytes: 160, read: (r) => r.streetFa },
  { name: 'street_en', shapeName: 'STREET_EN', kind: 'text', bytes: 160, read: (r) => r.streetEn },
  { name: 'house_number', shapeName: 'HOUSE_NO', kind: 'text', bytes: 32, read: (r) => r.houseNumber },
  { name: 'postal_code', shapeName: 'POST_CODE', kind: 'text', bytes: 16, read: (r) => r.postalCode },
  { name: 'registration_section', shapeName: 'REG_SECT', kind: 'text', bytes: 60, read: (r) => r.registrationSection },
  { name: 'registration_main', shapeName: 'REG_MAIN', kind: 'whole', bytes: 10, read: (r) => r.registrationMain },
  { name: 'registration_sub', shapeName: 'REG_SUB', kind: 'whole', bytes: 10, read: (r) => r.registrationSub },
  { name: 'block', shapeName: 'BLOCK', kind: 'whole', bytes: 10, read: (r) => r.blockNumber },
  { name: 'neighbourhood_fa', shapeName: 'HOOD_FA', kind: 'text', bytes: 120, read: (r) => r.neighbourhoodFa },
  { name: 'neighbourhood_en', shapeName: 'HOOD_EN', kind: 'text', bytes: 120, read: (r) => r.neighbourhoodEn },
  { name: 'status', shapeName: 'STATUS', kind: 'text', bytes: 10, read: (r) => r.status },
  { name: 'valid_from', shapeName: 'VALID_FROM', kind: 'date', bytes: 8, read: (r) => r.validFrom },
  { name: 'valid_to', shapeName: 'VALID_TO', kind: 'date', bytes: 8, read: (r) => r.validTo },
  { name: 'point_lon_wgs84', shapeName: 'LON', kind: 'degrees', bytes: 14, read: (r) => r.lon },
  { name: 'point_lat_wgs84', shapeName: 'LAT', kind: 'degrees', bytes: 14, read: (r) => r.lat },
]

const DECIMALS: Record<Kind, number> = { text: 0, whole: 0, metres: 2, degrees: 7, date: 0 }

/** Decimals a column is written with: square metres to the dm² a deed has, degrees to the centimetre. */
export function countDecimals(field: ExportField): number {
  return DECIMALS[field.kind]
}
