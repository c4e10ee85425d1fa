import type { MultiPolygon, Polygon, Position } from 'geojson'
import { expect, test } from 'vitest'
import { reservePlace } from '#src/map/reserve-place.ts'

const [LON, LAT] = [51.37333, 32.38889]
const LON_M = 111_195 * Math.cos((LAT * Math.PI) / 180)
const at = (x: number, y: number): Position => [LON + x / LON_M, LAT + y / 111_195]
const metres = ([lon = 0, lat = 0]: Position) => [(lon - LON) * LON_M, (lat - LAT) * 111_195] as const
const polygon = (...corners: [number, number][]): Polygon => ({
  type: 'Polygon',
  coordinates: [[...corners, corners[0]!].map(([x, y]) => at(x, y))],
})

/** Whether one of the squares holds the point, in metres; `slack` in metres for the rounding of degrees. */
function isReserved(place: ReturnType<typeof reservePlace>, x: number, y: number, slack = 0.01): boolean {
  return place.features.some(({ geometry, properties }) => {
    const [px, py] = metres(geometry.coordinates)
    const half = properties.cell_m / 2 + slack
    return Math.abs(px - x) <= half && Math.abs(py - y) <= half
  })
}

test('every corner of a house plot and all within it is reserved, and nothing beyond a step', () => {
  const place = reservePlace(polygon([0, 0], [12, 4], [6, 29], [-6, 25]))
  for (const [x, y] of [
    [0, 0],
    [12, 4],
    [6, 29],
    [-6, 25],
    [3, 14],
    [6, 2],
  ] as const)
    expect(isReserved(place, x, y)).toBe(true)
  for (const [x, y] of [
    [-6, 0],
    [12, 29],
    [14, 4],
    [3, -2],
  ] as const)
    expect(isReserved(place, x, y)).toBe(false)
  expect(place.features.length).toBeLessThan(1000)
})

test('a yard left open and the gap between two pieces are not reserved', () => {
  const outer = polygon([0, 0], [40, 0], [40, 40], [0, 40]).coordinates[0]!
  const hole = polygon([10, 10], [30, 10], [30, 30], [10, 30]).coordinates[0]!
  const other = polygon([80, 0], [100, 0], [100, 20], [80, 20]).coordinates[0]!
  const place = reservePlace({ type: 'MultiPolygon', coordinates: [[outer, hole], [other]] } satisfies MultiPolygon)
  expect(isReserved(place, 5, 20)).toBe(true)
  expect(isReserved(place, 90, 10)).toBe(true)
  expect(isReserved(place, 20, 20)).toBe(false)
  expect(isReserved(place, 60, 10)).toBe(false)
})

test('a strip a kilometre long stays at some hundred boxes', () => {
  const place = reservePlace(polygon([0, 0], [1000, 300], [990, 330], [-10, 30]))
  expect(place.features.length).toBeLessThan(2500)
  expect(isReserved(place, 495, 165)).toBe(true)
})

test('a shape without points reserves nothing', () => {
  expect(reservePlace({ type: 'Polygon', coordinates: [] }).features).toEqual([])
})
