/** Families of geometry as the targets want them. */
export type Family = 'point' | 'line' | 'polygon' | 'collection'

export type Encoded =
  { ok: true; family: Family; ewkb: string } | { ok: false; reason: 'empty' | 'malformed' | 'invalid'; detail: string }

const FAMILIES: Record<string, { family: Family; wkb: number; depth: number; isMulti: boolean }> = {
  Point: { family: 'point', wkb: 1, depth: 0, isMulti: false },
  MultiPoint: { family: 'point', wkb: 4, depth: 1, isMulti: true },
  LineString: { family: 'line', wkb: 5, depth: 1, isMulti: false },
  MultiLineString: { family: 'line', wkb: 5, depth: 2, isMulti: true },
  Polygon: { family: 'polygon', wkb: 6, depth: 2, isMulti: false },
  MultiPolygon: { family: 'polygon', wkb: 6, depth: 3, isMulti: true },
}
const RING_POSITIONS = 4
const LINE_POSITIONS = 2
/** Beyond this no projection has coordinates; larger numbers only make the arithmetic overflow. */
const LARGEST = 1e9

/**
 * Check the structure of a GeoJSON geometry and write it as hexadecimal EWKB in two dimensions, lines and polygons always as
 * multi. PostGIS judges the rest: what is refused here is what its reader would stop at. No SRID is written.
 */
export function encodeGeometry(geometry: unknown): Encoded {
  if (geometry === null || geometry === undefined) return { ok: false, reason: 'empty', detail: 'no geometry' }
  if (typeof geometry !== 'object') return fail('malformed', `the geometry is ${kindOf(geometry)}, not an object`)
  const { type, coordinates } = geometry as { type?: unknown; coordinates?: unknown }
  if (type === 'GeometryCollection') return { ok: true, family: 'collection', ewkb: '' }
  const known = typeof type === 'string' && Object.hasOwn(FAMILIES, type) ? FAMILIES[type] : undefined
  if (!known) return fail('malformed', `"${String(type)}" is not a type of geometry`)
  if (!Array.isArray(coordinates)) return fail('malformed', 'the geometry has no coordinates')
  if (known.family === 'point') return encodePoints(coordinates, known.depth)
  const parts = known.isMulti ? coordinates : [coordinates]
  try {
    const kept = parts.filter((part) => !isHollow(part))
    if (kept.length === 0) return { ok: false, reason: 'empty', detail: 'the geometry has no positions' }
    const bytes = known.family === 'line' ? encodeLines(kept) : encodePolygons(kept)
    return { ok: true, family: known.family, ewkb: bytes.toString('hex') }
  } catch (error) {
    if (error instanceof StructureError) return fail(error.reason, error.message)
    throw error
  }
}

class StructureError extends Error {
  readonly reason: 'malformed' | 'invalid'
  constructor(reason: 'malformed' | 'invalid', message: string) {
    super(message)
    this.reason = reason
  }
}

function fail(reason: 'malformed' | 'invalid', detail: string): Encoded {
  return { ok: false, reason, detail }
}

/** Points are never stored: only their structure is looked at, so that "wrong type" and "malformed" are told apart. */
function encodePoints(coordinates: unknown[], depth: number): Encoded {
  if (coordinates.length === 0) return { ok: false, reason: 'empty', detail: 'the geometry has no positions' }
  try {
    for (const position of depth === 0 ? [coordinates] : coordinates) readPosition(position)
  } catch (error) {
    if (error instanceof StructureError) return fail(error.reason, error.message)
    throw error
  }
  return { ok: true, family: 'point', ewkb: '' }
}

/** No position anywhere inside: `[]`, `[[]]`, null. */
function isHollow(part: unknown): boolean {
  return part === null || (Array.isArray(part) && part.every(isHollow))
}

function encodeLines(parts: unknown[]): Buffer {
  const lines = parts.map((part) => readPositions(part, 'the line'))
  for (const line of lines) {
    if (line.length / 2 < LINE_POSITIONS) throw new StructureError('invalid', 'Too few points: a line has one position')
  }
  const buffer = Buffer.allocUnsafe(9 + lines.reduce((sum, line) => sum + 9 + line.length * 8, 0))
  let at = writeHead(buffer, 0, 5, lines.length)
  for (const line of lines) at = writeDoubles(buffer, writeHead(buffer, at, 2, line.length / 2), line)
  return buffer
}

function encodePolygons(parts: unknown[]): Buffer {
  const polygons = parts.map((part) => {
    if (!Array.isArray(part)) throw new StructureError('malformed', 'a polygon is not a list of rings')
    return part.filter((ring) => !isHollow(ring)).map((ring) => readRing(ring))
  })
  const size = polygons.reduce((sum, rings) => sum + 9 + rings.reduce((inner, ring) => inner + 4 + ring.length * 8, 0), 9)
  const buffer = Buffer.allocUnsafe(size)
  let at = writeHead(buffer, 0, 6, polygons.length)
  for (const rings of polygons) {
    at = writeHead(buffer, at, 3, rings.length)
    for (const ring of rings) at = writeDoubles(buffer, buffer.writeUInt32LE(ring.length / 2, at), ring)
  }
  return buffer
}

function readRing(ring: unknown): number[] {
  const flat = readPositions(ring, 'the ring')
  const count = flat.length / 2
  if (flat[0] !== flat[flat.length - 2] || flat[1] !== flat[flat.length - 1]) {
    throw new StructureError('invalid', `Ring not closed[${flat[0]} ${flat[1]}]`)
  }
  if (count < RING_POSITIONS) throw new StructureError('invalid', `Too few points: a ring has ${count} position(s)`)
  return flat
}

function readPositions(list: unknown, name: string): number[] {
  if (!Array.isArray(list)) throw new StructureError('malformed', `${name} is ${kindOf(list)}, not a list of positions`)
  const flat: number[] = []
  for (const position of list) {
    const [x, y] = readPosition(position)
    flat.push(x, y)
  }
  return flat
}

function readPosition(position: unknown): [number, number] {
  if (!Array.isArray(position)) throw new StructureError('malformed', `a position is ${kindOf(position)}, not [x, y]`)
  const [x, y] = position as unknown[]
  if (position.length < 2) throw new StructureError('malformed', `a position has ${position.length} number(s), not two`)
  for (const value of [x, y]) {
    if (typeof value !== 'number') throw new StructureError('malformed', `a coordinate is ${kindOf(value)}, not a number`)
    if (!Number.isFinite(value)) throw new StructureError('invalid', 'Invalid coordinate: not a finite number')
    if (Math.abs(value) > LARGEST) throw new StructureError('invalid', `Invalid coordinate: ${value}`)
  }
  return [x as number, y as number]
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function writeHead(buffer: Buffer, at: number, type: number, count: number): number {
  buffer.writeUInt8(1, at) // little endian
  buffer.writeUInt32LE(type, at + 1)
  return buffer.writeUInt32LE(count, at + 5)
}

function writeDoubles(buffer: Buffer, at: number, values: readonly number[]): number {
  for (const value of values) at = buffer.writeDoubleLE(value, at)
  return at
}
