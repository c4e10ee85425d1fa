import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { Audience } from '../src/people/access/types.ts'
import { findZooms, listVisibleLayers, MAX_ZOOM, MIN_ZOOM, type TileSet } from './catalogue.ts'

/** West, south, east, north in degrees. */
export type Extent = [number, number, number, number]

/** TileJSON 3.0.0 of one set. */
export interface TileJson {
  tilejson: '3.0.0'
  name: string
  description: string
  version: string
  attribution: string
  scheme: 'xyz'
  tiles: string[]
  minzoom: number
  maxzoom: number
  bounds?: Extent
  center?: [number, number, number]
  vector_layers: { id: string; description: string; minzoom: number; maxzoom: number; fields: Record<string, string> }[]
}

/** Describe a set as this audience sees it. `extent` is null while no city is loaded: then there are no bounds to tell. */
export function describeTileSet(set: TileSet, audience: Audience, origin: string, extent: Extent | null): TileJson {
  return {
    tilejson: '3.0.0',
    name: set.name,
    description: set.description,
    version: set.version,
    attribution: set.attribution,
    scheme: 'xyz',
    tiles: [`${origin}/tiles/${set.id}/{z}/{x}/{y}.mvt`],
    minzoom: MIN_ZOOM,
    maxzoom: MAX_ZOOM,
    ...(extent && { bounds: extent, center: chooseCentre(extent) }),
    vector_layers: listVisibleLayers(set, audience).map((layer) => ({
      id: layer.id,
      description: layer.description,
      ...findZooms(layer),
      fields: { ...layer.fields },
    })),
  }
}

/** The middle of the extent and the zoom at which its width fills about 1,024 pixels of 512-pixel tiles. */
function chooseCentre([west, south, east, north]: Extent): [number, number, number] {
  const zoom = Math.floor(Math.log2((360 * 2) / Math.max(east - west, 1e-6)))
  const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6
  return [round((west + east) / 2), round((south + north) / 2), Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom))]
}

/** What all municipalities cover: their boundaries, or their parcels where there is no boundary. Null when there is nothing. */
export async function findExtent(db: Db): Promise<Extent | null> {
  const { rows } = await sql<{ west: number | null; south: number; east: number; north: number }>`
    with extent as (
      select coalesce(
        (select ST_Extent(boundary_4326)::geometry from land.municipalities),
        (select ST_Transform(ST_SetSRID(ST_Extent(geom_3857)::geometry, 3857), 4326) from land.parcels)
      ) as box
    )
    select round(ST_XMin(box)::numeric, 6)::float8 as west, round(ST_YMin(box)::numeric, 6)::float8 as south,
           round(ST_XMax(box)::numeric, 6)::float8 as east, round(ST_YMax(box)::numeric, 6)::float8 as north
    from extent`.execute(db)
  const { west = null, south = 0, east = 0, north = 0 } = rows[0] ?? {}
  return west === null ? null : [west, south, east, north]
}
