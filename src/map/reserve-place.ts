import type { FeatureCollection, MultiPolygon, Point, Polygon, Position } from 'geojson'

const METRES_PER_DEGREE = 111_195
/** As many cells as keep the reserved place close to the parcel's shape; each is one box for MapLibre to keep labels out of. */
const CELLS = 600
const LEAST_CELL_M = 0.8

/**
 * Points that cover a parcel, each the middle of a square of `cell_m` metres: MapLibre keeps labels apart by boxes on the
 * screen and cannot be given a shape. Inside a grid, along the sides a row, so that slivers and corners are covered too.
 */
export function reservePlace({ type, coordinates }: Polygon | MultiPolygon): FeatureCollection<Point, { cell_m: number }> {
  const degrees = type === 'Polygon' ? coordinates : coordinates.flat()
  const [originLon = 0, originLat = 0] = degrees[0]?.[0] ?? []
  const lonScale = METRES_PER_DEGREE * Math.cos((originLat * Math.PI) / 180)
  const rings = degrees.map((ring) =>
    ring.map(([lon = 0, lat = 0]) => [(lon - originLon) * lonScale, (lat - originLat) * METRES_PER_DEGREE] as const),
  )
  const sides = rings.flatMap((ring) => ring.slice(1).map((to, i) => [ring[i]!, to] as const))
  if (sides.length === 0) return { type: 'FeatureCollection', features: [] }

  const xs = rings.flat().map(([x]) => x)
  const ys = rings.flat().map(([, y]) => y)
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const around = sides.reduce((sum, [[ax, ay], [bx, by]]) => sum + Math.hypot(bx - ax, by - ay), 0)
  const cell = Math.max(LEAST_CELL_M, Math.sqrt(((east - west) * (north - south)) / CELLS), around / CELLS)

  const places: (readonly [number, number])[] = []
  for (let y = south + cell / 2; y < north; y += cell) {
    const crossings = sides
      .filter(([[, ay], [, by]]) => ay > y !== by > y)
      .map(([[ax, ay], [bx, by]]) => ax + ((y - ay) / (by - ay)) * (bx - ax))
    for (let x = west + cell / 2; x < east; x += cell) {
      if (crossings.filter((at) => at > x).length % 2 === 1) places.push([x, y])
    }
  }
  for (const [[ax, ay], [bx, by]] of sides) {
    const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / cell))
    for (let i = 0; i < steps; i++) places.push([ax + ((bx - ax) * i) / steps, ay + ((by - ay) * i) / steps])
  }
  const locate = ([x, y]: readonly [number, number]): Position => [originLon + x / lonScale, originLat + y / METRES_PER_DEGREE]
  return {
    type: 'FeatureCollection',
    features: places.map((at) => ({
      type: 'Feature',
      properties: { cell_m: cell },
      geometry: { type: 'Point', coordinates: locate(at) },
    })),
  }
}
