import type { Position } from 'geojson'
import type { Bbox } from '../parcels/types.ts'

/** Things other than parcels that the search box finds. */
export const PLACE_KINDS = ['street', 'neighbourhood', 'facility', 'water', 'zone'] as const
export type PlaceKind = (typeof PLACE_KINDS)[number]
export interface Place {
  kind: PlaceKind
  id: number
  nameFa: string | null
  nameEn: string | null
  detailFa: string | null
  detailEn: string | null
  point: Position
  bbox: Bbox
}

/** The city as pages and map need it: names, extent, calendar, what is known. */
export interface Municipality {
  slug: string
  nameFa: string
  nameEn: string
  srid: number
  codeScheme: 'renovation-7' | 'free'
  calendar: 'jalali' | 'gregorian'
  weekend: number[]
  isSynthetic: boolean
  bbox: Bbox
  center: Position
  counts: { parcels: number; buildings: number; streets: number; neighbourhoods: number; zones: number; facilities: number }
  recordedAt: string // newest change of the land data
}
