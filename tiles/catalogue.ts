import type { Audience } from '../src/people/access/types.ts'

/** Zooms served by every set; closer in, the client enlarges the tiles of the last one. */
export const MIN_ZOOM = 8
export const MAX_ZOOM = 16

/** One query of a layer: `layers/<file>.sql`, used from `minzoom` to `maxzoom`. */
export interface LayerQuery {
  file: string
  minzoom: number
  maxzoom: number
}

/** A layer of a tile set: which queries at which zooms, the attributes it may hold, and who may see it. */
export interface TileLayer {
  id: string
  description: string
  audience: Audience
  /** Attribute → TileJSON type. Nothing else may stand in the tile: a test decodes and compares. */
  fields: Readonly<Record<string, 'Number' | 'String' | 'Boolean'>>
  queries: readonly LayerQuery[]
}

export interface TileSet {
  id: string
  name: string
  description: string
  /** Raised when layers, fields or zooms change: it is part of every ETag and of the TileJSON. */
  version: string
  attribution: string
  layers: readonly TileLayer[]
}

const NAMES = { name_fa: 'String', name_en: 'String' } as const

/** The ground itself: what is, drawn for everyone. */
const LAND: TileSet = {
  id: 'land',
  name: 'Land',
  description: 'Districts, neighbourhoods, blocks, zones, streets, parcels, buildings, facilities and water',
  version: '1.0.0',
  attribution: 'Barzan · برزن',
  layers: [
    layer('districts', 'Districts (منطقه)', NAMES, one('districts', 8)),
    layer('neighbourhoods', 'Neighbourhoods (محله)', NAMES, one('neighbourhoods', 12)),
    layer(
      'blocks',
      'Below zoom 15 blocks by land use, from zoom 15 their outlines; land_use is absent where the source does not say',
      { land_use: 'String', density: 'Number' },
      [
        { file: 'blocks-from-afar', minzoom: 8, maxzoom: 12 },
        { file: 'blocks-by-use', minzoom: 13, maxzoom: 14 },
        { file: 'blocks', minzoom: 15, maxzoom: 16 },
      ],
    ),
    layer('zones', 'Zones of the plan (پهنه)', { code: 'String', ...NAMES }, one('zones', 13)),
    layer(
      'streets',
      'Street segments; from afar only arterials, joined. Names are in the set labels',
      { class: 'String', width_m: 'Number', street_id: 'Number' },
      [
        { file: 'streets-from-afar', minzoom: 8, maxzoom: 11 },
        { file: 'streets', minzoom: 12, maxzoom: 16 },
      ],
    ),
    layer('parcels', 'Current parcels (قطعه)', { land_use: 'String', density: 'Number' }, one('parcels', 15)),
    layer(
      'buildings',
      'Buildings with storeys and height in metres',
      { storeys: 'Number', height_m: 'Number', land_use: 'String' },
      one('buildings', 16),
    ),
    layer('facilities', 'Public facilities, as points', { kind: 'String', land_use: 'String', ...NAMES }, one('facilities', 14)),
    layer('water', 'Rivers, madi canals and pools', { kind: 'String', ...NAMES }, one('water', 8)),
  ],
}

/** What the plan and the checks say about the ground. */
const PLAN: TileSet = {
  id: 'plan',
  name: 'Plan',
  description: 'Street lines of the plan, buffers, and findings about parcels',
  version: '1.0.0',
  attribution: 'Barzan · برزن',
  layers: [
    layer(
      'street_lines',
      'Street lines of the plan (بر اصلاحی)',
      { planned_width_m: 'Number', segment_id: 'Number' },
      one('street-lines', 13),
    ),
    layer('buffers', 'Buffers (حریم)', { theme: 'String', effect: 'String', width_m: 'Number', ...NAMES }, one('buffers', 13)),
    layer(
      'findings',
      'Unresolved findings: where two parcels overlap',
      { kind: 'String', parcel_id: 'Number', other_parcel_id: 'Number', area_m2: 'Number' },
      one('findings', 13),
    ),
  ],
}

/** Points and lines that carry names: a polygon's own label would repeat at every tile edge. */
const LABELS: TileSet = {
  id: 'labels',
  name: 'Labels',
  description: 'Points and lines that carry names and numbers, in Persian and English',
  version: '1.0.0',
  attribution: 'Barzan · برزن',
  layers: [
    layer('neighbourhood_labels', 'One point for each neighbourhood', NAMES, one('neighbourhood-labels', 11)),
    layer(
      'street_labels',
      'One line for each named street in the tile',
      { class: 'String', width_m: 'Number', ...NAMES },
      one('street-labels', 13),
    ),
    layer(
      'water_labels',
      'Lines, or points where water has no middle line',
      { kind: 'String', ...NAMES },
      one('water-labels', 12),
    ),
    layer('parcel_labels', 'House numbers (پلاک)', { house_number: 'String' }, one('parcel-labels', 16)),
  ],
}

/** Every tile set, by its name in the address. */
export const CATALOGUE: readonly TileSet[] = [LAND, PLAN, LABELS]

/** Layers of a set that someone of this audience may see: staff see everything. */
export function listVisibleLayers(set: TileSet, audience: Audience): TileLayer[] {
  return set.layers.filter((candidate) => candidate.audience === 'public' || audience === 'staff')
}

/** The zooms at which a layer has something to show. */
export function findZooms(subject: TileLayer): { minzoom: number; maxzoom: number } {
  return {
    minzoom: Math.min(...subject.queries.map((query) => query.minzoom)),
    maxzoom: Math.max(...subject.queries.map((query) => query.maxzoom)),
  }
}

function layer(id: string, description: string, fields: TileLayer['fields'], queries: readonly LayerQuery[]): TileLayer {
  return { id, description, audience: 'public', fields, queries }
}

function one(file: string, minzoom: number): LayerQuery[] {
  return [{ file, minzoom, maxzoom: MAX_ZOOM }]
}
