import type { Ring } from './ring.ts'

/** The city's centre on the ground, EPSG:32639: 51.37333 E 32.38889 N. */
export const SRID = 32639
const EAST_MM = 535113470
const NORTH_MM = 3583603820
const HAS_SRID = 0x20000000

let scratch = Buffer.alloc(1 << 16)
let at = 0

type Points = { x: ArrayLike<number>; y: ArrayLike<number> }

/** MultiPolygon of rings with their holes, as hexadecimal EWKB for COPY. Rings are open: the first vertex is repeated here. */
export function multiPolygonHex(polygons: { ring: Points; holes?: Points[] }[]): string {
  start(6)
  word(polygons.length)
  for (const { ring, holes = [] } of polygons) {
    header(3)
    word(1 + holes.length)
    closedRing(ring, false)
    for (const hole of holes) closedRing(hole, true)
  }
  return finish()
}
export function multiLineHex(lines: readonly (readonly [number, number])[][]): string {
  start(5)
  word(lines.length)
  for (const line of lines) {
    header(2)
    word(line.length)
    for (const [x, y] of line) point(x, y)
  }
  return finish()
}
export function pointHex(x: number, y: number): string {
  start(1)
  point(x, y)
  return finish()
}
export const ringPolygon = (ring: Ring, hole?: Ring | null) => ({ ring, holes: hole ? [hole] : [] })
export const linePolygon = (line: readonly (readonly [number, number])[]) => ({
  ring: { x: line.map((p) => p[0]), y: line.map((p) => p[1]) },
})

function closedRing(ring: Points, isReversed: boolean): void {
  const n = ring.x.length
  word(n + 1)
  for (let i = 0; i <= n; i++) {
    const k = isReversed ? (n - i) % n : i % n
    point(ring.x[k]!, ring.y[k]!)
  }
}
function start(type: number): void {
  at = 0
  room(9)
  scratch[at++] = 1
  scratch.writeUInt32LE((type | HAS_SRID) >>> 0, at)
  scratch.writeUInt32LE(SRID, at + 4)
  at += 8
}
function header(type: number): void {
  room(5)
  scratch[at++] = 1
  at = scratch.writeUInt32LE(type, at)
}
function word(value: number): void {
  room(4)
  at = scratch.writeUInt32LE(value, at)
}
function point(x: number, y: number): void {
  room(16)
  at = scratch.writeDoubleLE((Math.round(x * 1000) + EAST_MM) / 1000, at)
  at = scratch.writeDoubleLE((Math.round(y * 1000) + NORTH_MM) / 1000, at)
}
function room(bytes: number): void {
  if (at + bytes <= scratch.length) return
  const larger = Buffer.alloc(scratch.length * 2)
  scratch.copy(larger)
  scratch = larger
}
const finish = (): string => scratch.toString('hex', 0, at)
