import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'

export interface DecodedFeature {
  id: number | undefined
  type: 'Point' | 'LineString' | 'Polygon'
  properties: Record<string, string | number | boolean>
  /** In units of the tile; y runs down. */
  rings: { x: number; y: number }[][]
  /** Units to a side of the tile. */
  extent: number
}

/** Layers of a tile in the order in which they stand. */
export function decodeTile(bytes: Uint8Array): Map<string, DecodedFeature[]> {
  const tile = new VectorTile(new PbfReader(bytes))
  return new Map(
    Object.values(tile.layers).map((layer) => [
      layer.name,
      Array.from({ length: layer.length }, (_, index) => {
        const feature = layer.feature(index)
        return {
          id: feature.id,
          type: (['Point', 'LineString', 'Polygon'] as const)[feature.type - 1]!,
          properties: feature.properties,
          rings: feature.loadGeometry().map((ring) => ring.map(({ x, y }) => ({ x, y }))),
          extent: layer.extent,
        }
      }),
    ]),
  )
}

/** A tile as text that a person can read and a diff can show: one feature to a line. */
export function describeTile(bytes: Uint8Array): string {
  const lines: string[] = []
  for (const [layer, features] of decodeTile(bytes)) {
    lines.push(layer)
    for (const feature of features) {
      const properties = Object.entries(feature.properties).map(([name, value]) => `${name}=${value}`)
      const shape = feature.rings.map((ring) => `(${ring.map(({ x, y }) => `${x} ${y}`).join(', ')})`).join(' ')
      lines.push(`  ${feature.id} ${[...properties, feature.type].join(' ')} ${shape}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** Area of a polygon feature inside its tile, without the margin, as a share of the tile. */
export function measureInside(feature: DecodedFeature): number {
  let area = 0
  for (const ring of feature.rings) area += signedArea(clip(ring, feature.extent))
  return Math.abs(area) / feature.extent ** 2 // outer rings and holes wind in opposite ways, so holes subtract themselves
}

type Ring = { x: number; y: number }[]

function signedArea(ring: Ring): number {
  return ring.reduce((sum, point, index) => {
    const next = ring[(index + 1) % ring.length]!
    return sum + (point.x * next.y - next.x * point.y) / 2
  }, 0)
}

/** Cut a ring to the square from 0 to `extent` (Sutherland–Hodgman): bridges along the edge have no area. */
function clip(ring: Ring, extent: number): Ring {
  for (const [axis, limit, sign] of [
    ['x', 0, 1],
    ['x', extent, -1],
    ['y', 0, 1],
    ['y', extent, -1],
  ] as const) {
    const isInside = (point: Ring[number]) => sign * (point[axis] - limit) >= 0
    const kept: Ring = []
    for (const [index, point] of ring.entries()) {
      const next = ring[(index + 1) % ring.length]!
      if (isInside(point)) kept.push(point)
      if (isInside(point) !== isInside(next)) {
        const part = (limit - point[axis]) / (next[axis] - point[axis])
        kept.push({ x: point.x + part * (next.x - point.x), y: point.y + part * (next.y - point.y) })
      }
    }
    ring = kept
  }
  return ring
}
