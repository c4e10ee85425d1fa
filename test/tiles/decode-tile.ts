import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'

export interface DecodedFeature {
  id: number | undefined
  type: 'Point' | 'LineString' | 'Polygon'
  properties: Record<string, string | number | boolean>
  /** In units of the tile, 4096 to a side; y runs down. */
  rings: { x: number; y: number }[][]
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
          properties: feature.properties as DecodedFeature['properties'],
          rings: feature.loadGeometry().map((ring) => ring.map(({ x, y }) => ({ x, y }))),
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

/** Area of the polygons of a feature inside the tile itself (not its margin is cut away: pass whole features), in square units. */
export function areaOf(feature: DecodedFeature): number {
  let area = 0
  for (const ring of feature.rings) {
    for (const [index, point] of ring.entries()) {
      const next = ring[(index + 1) % ring.length]!
      area += (point.x * next.y - next.x * point.y) / 2
    }
  }
  return Math.abs(area) // outer rings and holes wind in opposite ways, so holes subtract themselves
}
