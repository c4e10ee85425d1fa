/** A polygon's rings, outer first; a ring is a flat list x, y, x, y… whose last point repeats the first. */
export type Rings = Float64Array[]

/** The polygons of a little-endian WKB Polygon or MultiPolygon (2D), as PostGIS writes it. */
export function readPolygons(wkb: Buffer): Rings[] {
  const cursor = { at: 0 }
  const polygons: Rings[] = []
  readGeometry(wkb, cursor, polygons)
  return polygons
}

function readGeometry(wkb: Buffer, cursor: { at: number }, polygons: Rings[]): void {
  if (wkb[cursor.at] !== 1) throw new Error('WKB is not little-endian')
  const type = wkb.readUInt32LE(cursor.at + 1)
  const count = wkb.readUInt32LE(cursor.at + 5)
  cursor.at += 9
  if (type === 6) {
    for (let i = 0; i < count; i++) readGeometry(wkb, cursor, polygons)
    return
  }
  if (type !== 3) throw new Error(`WKB type ${type} is not a polygon`)
  const rings: Rings = []
  for (let i = 0; i < count; i++) {
    const points = wkb.readUInt32LE(cursor.at)
    cursor.at += 4
    const ring = new Float64Array(points * 2)
    for (let j = 0; j < ring.length; j++, cursor.at += 8) ring[j] = wkb.readDoubleLE(cursor.at)
    rings.push(ring)
  }
  polygons.push(rings)
}

/** Twice the signed area of a ring: positive when it runs counter-clockwise. Taken from its first point: coordinates are large. */
export function windRing(ring: Float64Array): number {
  const x0 = ring[0]!
  const y0 = ring[1]!
  let sum = 0
  for (let i = 0; i + 3 < ring.length; i += 2) {
    sum += (ring[i]! - x0) * (ring[i + 3]! - y0) - (ring[i + 2]! - x0) * (ring[i + 1]! - y0)
  }
  return sum
}

/** The same ring the other way round. */
export function reverseRing(ring: Float64Array): Float64Array {
  const reversed = new Float64Array(ring.length)
  for (let i = 0; i < ring.length; i += 2) {
    reversed[i] = ring[ring.length - 2 - i]!
    reversed[i + 1] = ring[ring.length - 1 - i]!
  }
  return reversed
}

/** Bounds of some rings. */
export function boundRings(rings: Iterable<Float64Array>): [minX: number, minY: number, maxX: number, maxY: number] {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      minX = Math.min(minX, ring[i]!)
      maxX = Math.max(maxX, ring[i]!)
      minY = Math.min(minY, ring[i + 1]!)
      maxY = Math.max(maxY, ring[i + 1]!)
    }
  }
  return [minX, minY, maxX, maxY]
}
