import { PbfWriter } from 'pbf'
import type { DecodedFeature } from '../tiles/decode-tile.ts'

const TYPES = { Point: 1, LineString: 2, Polygon: 3 } as const

/** Decoded layers as a Mapbox Vector Tile again: for servers in tests that answer almost the same. */
export function encodeTile(layers: ReadonlyMap<string, readonly DecodedFeature[]>): Uint8Array {
  const pbf = new PbfWriter()
  for (const [name, features] of layers) pbf.writeMessage(3, writeLayer, { name, features })
  return pbf.finish()
}

function writeLayer({ name, features }: { name: string; features: readonly DecodedFeature[] }, pbf: PbfWriter): void {
  const keys: string[] = []
  const values: (string | number | boolean)[] = []
  const indexIn = <T>(list: T[], item: T) => (list.includes(item) ? list.indexOf(item) : list.push(item) - 1)
  pbf.writeVarintField(15, 2)
  pbf.writeStringField(1, name)
  for (const feature of features) {
    const tags = Object.entries(feature.properties).flatMap(([key, value]) => [indexIn(keys, key), indexIn(values, value)])
    pbf.writeMessage(2, writeFeature, { feature, tags })
  }
  for (const key of keys) pbf.writeStringField(3, key)
  for (const value of values) pbf.writeMessage(4, writeValue, value)
  pbf.writeVarintField(5, features[0]?.extent ?? 4096)
}

function writeFeature({ feature, tags }: { feature: DecodedFeature; tags: number[] }, pbf: PbfWriter): void {
  if (feature.id !== undefined) pbf.writeVarintField(1, feature.id)
  pbf.writePackedVarint(2, tags)
  pbf.writeVarintField(3, TYPES[feature.type])
  pbf.writePackedVarint(4, listCommands(feature))
}

/** MoveTo, LineTo, ClosePath with differences in zigzag (MVT 2.1, section 4.3). */
function listCommands({ rings, type }: DecodedFeature): number[] {
  const commands: number[] = []
  let [x, y] = [0, 0]
  const zigzag = (value: number) => (value << 1) ^ (value >> 31)
  const go = (point: { x: number; y: number }) => {
    commands.push(zigzag(point.x - x), zigzag(point.y - y))
    ;[x, y] = [point.x, point.y]
  }
  for (const ring of rings) {
    const points = type === 'Polygon' ? ring.slice(0, -1) : ring
    commands.push(type === 'Point' ? (points.length << 3) | 1 : (1 << 3) | 1)
    go(points[0]!)
    if (type !== 'Point' && points.length > 1) commands.push(((points.length - 1) << 3) | 2)
    for (const point of points.slice(1)) go(point)
    if (type === 'Polygon') commands.push((1 << 3) | 7)
  }
  return commands
}

function writeValue(value: string | number | boolean, pbf: PbfWriter): void {
  if (typeof value === 'string') pbf.writeStringField(1, value)
  else if (typeof value === 'boolean') pbf.writeBooleanField(7, value)
  else if (Number.isInteger(value)) pbf.writeSVarintField(6, value)
  else pbf.writeDoubleField(3, value)
}
