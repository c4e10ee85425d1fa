import type { Position } from 'geojson'

export const PAPERS = ['a4', 'a3'] as const
export type Paper = (typeof PAPERS)[number]
export const ORIENTATIONS = ['portrait', 'landscape'] as const
export type Orientation = (typeof ORIENTATIONS)[number]

/** The scales the print dialog offers; any whole denominator between the least and the greatest is accepted. */
export const PRINT_SCALES = [200, 500, 1000, 2000, 2500, 5000, 10_000, 25_000] as const
export const SCALE_LIMITS = { least: 200, greatest: 25_000 } as const

/**
 * What a printed map may show; the names are those of the tile layers. `blocks` colour the ground by land use (parcel by parcel, paper
 * has room for it) and have an edge, `parcels` are outlines, `labels` all names and numbers.
 */
export const PRINT_LAYERS = [
  'parcels', 'blocks', 'buildings', 'streets', 'facilities', 'water', 'zones', 'neighbourhoods', 'street_lines', 'buffers', 'findings', 'labels',
] as const // prettier-ignore
export type PrintLayer = (typeof PRINT_LAYERS)[number]

/** `POST /api/print`. `layers` left out: all but zones and buffers. */
export interface PrintRequest {
  center: Position // lon/lat
  scale: number // denominator
  paper: Paper
  orientation: Orientation
  locale: 'fa' | 'en'
  title?: string
  layers?: PrintLayer[]
  selectedCode?: string
}
