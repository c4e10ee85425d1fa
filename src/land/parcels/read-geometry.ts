import type { LineString, MultiPolygon, Polygon, Position } from 'geojson'
import { Problem } from '../../kernel/problem.ts'

/** Most positions of a drawn shape. */
export const MOST_VERTICES = 10_000
/** A drawn shape may span this much, degrees: a large province. Beyond, a planar CRS says nothing true. */
const WIDEST = 6

/**
 * Check a polygon (lon/lat) that came from outside: type, closed rings, number and range of positions. A Feature around it is
 * accepted. Crossing boundaries are found by the database. Throws `bad-geometry` with what is wrong.
 */
export function readPolygon(value: unknown): Polygon | MultiPolygon {
  const geometry = unwrapFeature(value)
  if (geometry?.type !== 'Polygon' && geometry?.type !== 'MultiPolygon') {
    throw badGeometry('یک Polygon از نوع GeoJSON بفرستید.', 'Send a GeoJSON Polygon.')
  }
  const { coordinates } = geometry
  const polygons = geometry.type === 'Polygon' ? [coordinates] : coordinates
  if (!Array.isArray(polygons) || polygons.length === 0) throw notPositions()
  const rings = polygons.flatMap((polygon) => (Array.isArray(polygon) && polygon.length > 0 ? polygon : [null]))
  for (const ring of rings) requireRing(ring)
  requireExtent(rings.flat() as Position[])
  return { type: geometry.type, coordinates } as Polygon | MultiPolygon
}

/** Check a line or polygon to be measured. Throws `bad-geometry`. */
export function readMeasured(value: unknown): LineString | Polygon | MultiPolygon {
  const geometry = unwrapFeature(value)
  if (geometry?.type !== 'LineString') {
    if (geometry?.type === 'Polygon' || geometry?.type === 'MultiPolygon') return readPolygon(geometry)
    throw badGeometry('یک LineString یا Polygon از نوع GeoJSON بفرستید.', 'Send a GeoJSON LineString or Polygon.')
  }
  const line = geometry.coordinates
  if (!Array.isArray(line) || !line.every(isPosition)) throw notPositions()
  if (line.length < 2) throw badGeometry('خط دست‌کم دو نقطه می‌خواهد.', 'A line needs at least two points.')
  requireExtent(line)
  return { type: 'LineString', coordinates: line }
}

function unwrapFeature(value: unknown): { type?: unknown; coordinates?: unknown } | null {
  if (typeof value !== 'object' || value === null) return null
  const { type, geometry } = value as { type?: unknown; geometry?: unknown }
  if (type !== 'Feature') return value
  return typeof geometry === 'object' ? geometry : null
}

function requireRing(ring: unknown): asserts ring is Position[] {
  if (!Array.isArray(ring) || !ring.every(isPosition)) throw notPositions()
  const [first, last] = [ring[0], ring.at(-1)]
  if (ring.length < 4) {
    throw badGeometry(
      'هر حلقهٔ چندضلعی دست‌کم چهار نقطه می‌خواهد (نقطهٔ آخر همان نقطهٔ اول).',
      'A ring needs at least four positions, the last equal to the first.',
    )
  }
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) {
    throw badGeometry(
      'چندضلعی بسته نیست: نقطهٔ آخر باید همان نقطهٔ اول باشد.',
      'The polygon is not closed: its last position must equal its first.',
    )
  }
}

function requireExtent(positions: Position[]) {
  if (positions.length > MOST_VERTICES) {
    throw badGeometry(
      'شکل بیش از ۱۰٬۰۰۰ نقطه دارد؛ ساده‌ترش کنید.',
      `The shape has more than ${MOST_VERTICES} positions; simplify it.`,
    )
  }
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [lon, lat] of positions as [number, number][]) {
    if (Math.abs(lon) > 180 || Math.abs(lat) > 90) {
      throw badGeometry('مختصات باید به درجه باشد: طول، عرض.', 'Coordinates must be in degrees: longitude, latitude.')
    }
    west = Math.min(west, lon)
    east = Math.max(east, lon)
    south = Math.min(south, lat)
    north = Math.max(north, lat)
  }
  if (east - west > WIDEST || north - south > WIDEST) {
    throw badGeometry('شکل بیش از اندازه بزرگ است؛ بخشی از شهر را بکشید.', 'The shape is too large; draw a part of the city.')
  }
}

function isPosition(value: unknown): value is Position {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.length <= 4 &&
    value.every((part) => typeof part === 'number' && Number.isFinite(part))
  )
}

function notPositions(): Problem {
  return badGeometry(
    'مختصات شکل درست نیست: هر نقطه [طول، عرض] به درجه است.',
    'The coordinates are not right: each position is [longitude, latitude] in degrees.',
  )
}

export function badGeometry(fa: string, en: string, cause?: unknown): Problem {
  return new Problem('bad-geometry', [{ at: 'geometry', fa, en }], { cause })
}
