import type { MultiPolygon } from 'geojson'
import type { LandUse, ParcelDetailFeature, ParcelId } from '../parcels/types.ts'
import type { Box } from './choose-cells.ts'

export type Density = 1 | 2 | 3 | null

/** A parcel under an edit: its row is locked. Metres of the authoritative CRS. */
export interface EditedParcel {
  id: ParcelId
  code: string
  municipalityId: number
  srid: number
  status: 'current' | 'retired'
  recordedAt: Date
  validFrom: string
  landUse: LandUse | null
  density: Density
  blockId: number | null
  postalCode: string | null
  areaM2: number
  box: Box
  /** degrees */
  lonLatBox: Box
  shape: MultiPolygon
}

/** A tile as open maps and caches name it. */
export type TileName = [z: number, x: number, y: number]

/** What an edit did to the tiles of the set `land`. `version` is that of the last change it made to any tile. */
export interface TouchedTiles {
  tiles: TileName[]
  /** more than are worth listing: all of the set */
  everyTile: boolean
  version: number
}

/** Answer of `PATCH /api/parcels/{code}` and of a merge. */
export interface ParcelEdited extends TouchedTiles {
  parcel: ParcelDetailFeature
}
/** Answer of a split: the children from the north-west. */
export interface ParcelsEdited extends TouchedTiles {
  parcels: ParcelDetailFeature[]
}

/** Who edits, and when. */
export interface Act {
  actor: string
  now: Date
}
