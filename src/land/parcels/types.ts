import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from 'geojson'
import type { Bbox } from '../../kernel/bbox.ts'

/** Database id of a parcel (قطعه); also its feature id in tiles. */
export type ParcelId = number & { readonly brand?: 'ParcelId' }

/** Land-use classes of the 1389 resolution (section 6.2), plus mixed and barren. */
export const LAND_USES = [
  'RES',
  'HED',
  'EDU',
  'ADM',
  'COM',
  'SPO',
  'HLT',
  'CUL',
  'GRN',
  'REL',
  'UEQ',
  'UTL',
  'TRN',
  'MIL',
  'AGR',
  'HER',
  'NAT',
  'BUF',
  'TOU',
  'IND',
  'MIX',
  'VAC',
] as const
export type LandUse = (typeof LAND_USES)[number]

export type ParcelStatus = 'current' | 'retired'
export type { Bbox }

/** What a list, a search result or a selection row knows of a parcel. Areas in m², computed in the authoritative CRS. */
export interface ParcelSummary {
  id: ParcelId
  code: string
  landUse: LandUse | null
  residentialDensity: 1 | 2 | 3 | null
  areaM2: number
  address: string | null
  registrationPlot: string | null // main/sub, e.g. 99/4127
  postalCode: string | null
  neighbourhood: { nameFa: string; nameEn: string } | null
  status: ParcelStatus
}
export type ParcelFeature = Feature<MultiPolygon | Polygon, ParcelSummary>

/** `GET /api/parcels`: `nextCursor` is null on the last page. */
export interface ParcelPage extends FeatureCollection<MultiPolygon | Polygon, ParcelSummary> {
  nextCursor: string | null
}

export type Direction = 'north' | 'east' | 'south' | 'west'
/** What one side of the parcel faces. */
export type Facing =
  | { kind: 'street'; name: string | null; nameEn: string | null; widthM: number | null }
  | { kind: 'parcel'; code: string; houseNumber: string | null }
  | { kind: 'water'; name: string | null; nameEn: string | null }
  | { kind: 'open' }
/** A side (ضلع), numbered clockwise from the north-west corner. Length in metres to the centimetre. */
export interface ParcelSide {
  ordinal: number
  direction: Direction
  lengthM: number
  facing: Facing
}

export interface ParcelDetail extends ParcelSummary {
  bbox: Bbox
  point: Position // a point on the parcel, lon/lat
  municipality: { slug: string; nameFa: string; nameEn: string; isSynthetic: boolean; srid: number }
  district: { nameFa: string; nameEn: string; number: number } | null
  region: { nameFa: string; nameEn: string; number: number } | null
  block: number | null
  registration: { section: string | null; main: number; sub: number } | null
  houseNumber: string | null
  street: { id: number; nameFa: string | null; nameEn: string | null } | null
  /** Kept apart: what the deed says, what was surveyed, what the geometry says. m². */
  areas: { deedM2: number | null; surveyedM2: number | null; computedM2: number }
  sides: ParcelSide[]
  buildings: {
    id: number
    storeys: number | null
    heightM: number | null
    footprintM2: number
    builtYear: number | null
    landUse: LandUse | null
    apartments: number
    shops: number
  }[]
  /** Overlaps with other parcels that came with the data. m². */
  findings: { kind: 'overlap'; otherCode: string; areaM2: number; foundAt: string }[]
  validFrom: string // ISO date
  validTo: string | null
  recordedBy: string
  recordedAt: string
  parents: Relative[]
  children: Relative[]
}
/** A parcel this one came from or became. */
export interface Relative {
  code: string
  kind: 'split' | 'merge' | 'correction'
  happenedOn: string
}
export type ParcelDetailFeature = Feature<MultiPolygon | Polygon, ParcelDetail>

/** The survey plan of one parcel: everything within `frame`, in metres of the authoritative CRS (east, north). */
export interface ParcelPlan {
  srid: number
  frame: Bbox
  parcel: Position[][][]
  corners: { ordinal: number; at: Position }[]
  sides: (ParcelSide & { from: Position; to: Position })[]
  neighbours: { code: string; houseNumber: string | null; landUse: LandUse | null; rings: Position[][][]; at: Position }[]
  buildings: { rings: Position[][][]; storeys: number | null; builtYear: number | null; onParcel: boolean }[]
  streets: { name: string | null; nameEn: string | null; widthM: number | null; lines: Position[][] }[]
  water: { name: string | null; nameEn: string | null; rings: Position[][][] }[]
  streetLines: { plannedWidthM: number; lines: Position[][] }[]
  /** Part of the parcel that the plan's street takes. */
  takenByStreet: { areaM2: number; rings: Position[][][] } | null
}

/** `POST /api/parcels/select`. `ids` are every parcel found (bounded); shares sum to the total. */
export interface ParcelSelection {
  ids: ParcelId[]
  /** ids holds only the first 100,000; the summary counts all */
  truncated: boolean
  summary: { count: number; areaM2: number; byLandUse: { landUse: LandUse | null; count: number; areaM2: number }[] }
}
export const EXPORT_FORMATS = ['geojson', 'csv', 'gpkg', 'shp', 'dxf'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
