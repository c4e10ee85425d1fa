const NAMES = [
  '', 'Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon', 'GeometryCollection', 'CircularString',
  'CompoundCurve', 'CurvePolygon', 'MultiCurve', 'MultiSurface',
] as const // prettier-ignore
const DEEPEST = 8

/**
 * Well-known binary as a GeoJSON geometry in two dimensions; z and m are left. Curved types keep their name and get no
 * coordinates: they are told apart as the wrong type. @throws RangeError for bytes that are no WKB
 */
export function parseWkb(bytes: Uint8Array): { type: string; coordinates?: unknown } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0

  function readGeometry(depth: number): { type: string; coordinates?: unknown } {
    if (depth > DEEPEST) throw new RangeError('the geometry is nested too deeply')
    const isLittle = readByte() === 1
    const code = readCount(isLittle)
    const { base, dimensions } = splitType(code)
    if (code & 0x20000000) at += 4 // EWKB carries its SRID
    const name = NAMES[base]
    if (!name) throw new RangeError(`type ${code} is no type of geometry`)
    switch (name) {
      case 'Point': {
        const position = readPosition(isLittle, dimensions)
        return { type: name, coordinates: position.every(Number.isNaN) ? [] : position }
      }
      case 'LineString':
        return { type: name, coordinates: readPositions(isLittle, dimensions) }
      case 'Polygon':
        return { type: name, coordinates: readList(isLittle, 4, () => readPositions(isLittle, dimensions)) }
      case 'MultiPoint':
      case 'MultiLineString':
      case 'MultiPolygon':
        return { type: name, coordinates: readList(isLittle, 9, () => readGeometry(depth + 1).coordinates) }
      default:
        // collections and curves are never stored; what is in them does not matter
        return { type: 'GeometryCollection' }
    }
  }

  function readByte(): number {
    require(1)
    return view.getUint8(at++)
  }
  function readCount(isLittle: boolean): number {
    require(4)
    at += 4
    return view.getUint32(at - 4, isLittle)
  }
  function readList<T>(isLittle: boolean, leastBytes: number, readOne: () => T): T[] {
    const count = readCount(isLittle)
    require(count * leastBytes)
    return Array.from({ length: count }, readOne)
  }
  function readPositions(isLittle: boolean, dimensions: number): number[][] {
    return readList(isLittle, dimensions * 8, () => readPosition(isLittle, dimensions))
  }
  function readPosition(isLittle: boolean, dimensions: number): number[] {
    require(dimensions * 8)
    const position = [view.getFloat64(at, isLittle), view.getFloat64(at + 8, isLittle)]
    at += dimensions * 8
    return position
  }
  function require(count: number): void {
    if (at + count > view.byteLength) throw new RangeError('the geometry is cut off')
  }

  return readGeometry(0)
}

/** ISO numbers dimensions in thousands (1003 = polygon z), EWKB in high bits. */
function splitType(code: number): { base: number; dimensions: number } {
  const iso = code & 0x0fffffff
  const hasZ = (code & 0x80000000) !== 0 || [1, 3].includes(Math.floor(iso / 1000))
  const hasM = (code & 0x40000000) !== 0 || [2, 3].includes(Math.floor(iso / 1000))
  return { base: iso % 1000, dimensions: 2 + Number(hasZ) + Number(hasM) }
}
