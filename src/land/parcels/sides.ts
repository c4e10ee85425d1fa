import type { Position } from 'geojson'
import type { Direction } from './types.ts'

/** A side (ضلع) of a parcel's boundary: a run of edges in one direction. Metres of a projected CRS. */
export interface Side {
  ordinal: number
  from: Position
  to: Position
  /** every vertex of the run, from and to included, clockwise for outer rings */
  path: Position[]
  lengthM: number
  direction: Direction
  /** unit vector pointing out of the parcel */
  outward: Position
}

/** Vertices that stray less than this from the straight line are no corners (survey noise), metres. */
const STRAY_M = 0.05
/** A turn of at least this is a corner, degrees. */
const CORNER = 30
/** A smaller turn is a corner too between two edges of at least LONG_M: a kink, not a curve. */
const KINK = 10
const LONG_M = 4
/** A curve becomes a new side when it has turned this far from the side's mean direction, degrees. */
const CURVE = 45

/**
 * Divide the boundary of a parcel into sides, numbered clockwise from the north-west corner of its largest part; further parts
 * and then the rings of holes follow. Sides of a hole point into the hole. The lengths add up to the whole boundary.
 * @param polygons rings of each part, closed, in metres (east, north) of the authoritative CRS
 */
export function divideIntoSides(polygons: Position[][][]): Side[] {
  const parts = polygons.toSorted((a, b) => Math.abs(ringArea(b[0]!)) - Math.abs(ringArea(a[0]!)))
  const outer = parts.map((rings) => ({ ring: rings[0]!, isHole: false }))
  const holes = parts.flatMap((rings) => rings.slice(1).map((ring) => ({ ring, isHole: true })))
  const sides = [...outer, ...holes].flatMap(({ ring, isHole }) => divideRing(ring, isHole))
  return sides.map((side, i) => ({ ...side, ordinal: i + 1 }))
}

/** Length of a side as people read it: metres to the centimetre. */
export function toCentimetres(lengthM: number): number {
  return Math.round(lengthM * 100) / 100
}

function divideRing(closed: Position[], isHole: boolean): Omit<Side, 'ordinal'>[] {
  const clockwise = ringArea(closed) > 0 ? closed.toReversed() : closed
  const ring = withoutRepeats(clockwise.slice(0, -1))
  if (ring.length < 3) return []
  const corners = findCorners(ring)
  const start = corners.indexOf(findNorthWest(corners, ring))
  const ordered = [...corners.slice(start), ...corners.slice(0, start)]
  return ordered.map((corner, i) => makeSide(walk(ring, corner, ordered[(i + 1) % ordered.length]!), isHole))
}

/** Indices of ring vertices where a side begins, in ring order. At least one. */
function findCorners(ring: Position[]): number[] {
  const bends = keepBends(ring)
  const edges = bends.map((at, i) => edge(ring[at]!, ring[bends[(i + 1) % bends.length]!]!))
  const turnAt = (i: number) => Math.abs(turn(edges.at(i - 1)!.heading, edges[i]!.heading))
  const isCorner = (i: number) =>
    turnAt(i) >= CORNER || (turnAt(i) >= KINK && Math.min(edges.at(i - 1)!.lengthM, edges[i]!.lengthM) >= LONG_M)
  const first = Math.max(
    0,
    bends.findIndex((_, i) => isCorner(i)),
  )
  const corners: number[] = []
  let mean = { x: 0, y: 0 }
  for (let step = 0; step < bends.length; step++) {
    const i = (first + step) % bends.length
    const next = edges[i]!
    const hasCurved = step > 0 && Math.abs(turn(Math.atan2(mean.y, mean.x), next.heading)) > CURVE
    if (step === 0 || isCorner(i) || hasCurved) {
      corners.push(bends[i]!)
      mean = { x: 0, y: 0 }
    }
    mean = { x: mean.x + Math.cos(next.heading) * next.lengthM, y: mean.y + Math.sin(next.heading) * next.lengthM }
  }
  return corners.toSorted((a, b) => a - b)
}

/** Douglas–Peucker on a closed ring: indices of the vertices that bend it by more than STRAY_M, in order. */
function keepBends(ring: Position[]): number[] {
  const far = indexOfMost(ring, (at) => distance(at, ring[0]!))
  const start = indexOfMost(ring, (at) => distance(at, ring[far]!))
  const kept = new Set<number>([start, far])
  const open: [number, number][] = [
    [start, far],
    [far, start],
  ]
  for (let span = open.pop(); span; span = open.pop()) {
    const [a, b] = span
    let most = STRAY_M
    let bend = -1
    for (let i = (a + 1) % ring.length; i !== b; i = (i + 1) % ring.length) {
      const stray = distanceToSegment(ring[i]!, ring[a]!, ring[b]!)
      if (stray > most) [most, bend] = [stray, i]
    }
    if (bend >= 0) {
      kept.add(bend)
      open.push([a, bend], [bend, b])
    }
  }
  return [...kept].sort((a, b) => a - b)
}

/** The corner furthest to the north-west: where a surveyor begins to count. */
function findNorthWest(corners: number[], ring: Position[]): number {
  const westNorth = (i: number) => ring[i]![1]! - ring[i]![0]!
  return corners.reduce((best, i) => (westNorth(i) > westNorth(best) + 1e-6 ? i : best))
}

function walk(ring: Position[], from: number, to: number): Position[] {
  const path = [ring[from]!]
  for (let i = (from + 1) % ring.length; i !== to; i = (i + 1) % ring.length) path.push(ring[i]!)
  return [...path, ring[to]!]
}

function makeSide(path: Position[], isHole: boolean): Omit<Side, 'ordinal'> {
  const from = path[0]!
  const to = path.at(-1)!
  let along = { x: to[0]! - from[0]!, y: to[1]! - from[1]! }
  // A ring that is one single curve comes back to its start: take its first edge.
  if (Math.hypot(along.x, along.y) < 1e-9) along = { x: path[1]![0]! - from[0]!, y: path[1]![1]! - from[1]! }
  const chord = Math.hypot(along.x, along.y)
  const lengthM = path.slice(1).reduce((sum, at, i) => sum + distance(path[i]!, at), 0)
  // Clockwise, the outside is on the left; a hole is walked clockwise too, and there the left is the parcel itself.
  const sign = isHole ? -1 : 1
  const outward: Position = [(-along.y / chord) * sign, (along.x / chord) * sign]
  return { from, to, path, lengthM, direction: compass(outward), outward }
}

/** The cardinal direction nearest to a vector; exactly between two, north and south win. */
export function compass([x, y]: Position): Direction {
  if (Math.abs(y!) >= Math.abs(x!) - 1e-9) return y! >= 0 ? 'north' : 'south'
  return x! > 0 ? 'east' : 'west'
}

function withoutRepeats(ring: Position[]): Position[] {
  return ring.filter((at, i) => distance(at, ring.at(i - 1)!) > 1e-6)
}

/** Signed area, m²; positive when counter-clockwise. */
export function ringArea(ring: Position[]): number {
  const [x0, y0] = ring[0]! // near the origin, so that large coordinates do not eat the decimals
  let doubled = 0
  for (let i = 1; i < ring.length; i++) {
    doubled += (ring[i - 1]![0]! - x0!) * (ring[i]![1]! - y0!) - (ring[i]![0]! - x0!) * (ring[i - 1]![1]! - y0!)
  }
  return doubled / 2
}

function edge(a: Position, b: Position) {
  return { heading: Math.atan2(b[1]! - a[1]!, b[0]! - a[0]!), lengthM: distance(a, b) }
}

/** Change of heading in degrees, −180…180; headings in radians. */
function turn(a: number, b: number): number {
  const degrees = ((b - a) * 180) / Math.PI
  return ((((degrees + 180) % 360) + 360) % 360) - 180
}

function indexOfMost(ring: Position[], measure: (at: Position) => number): number {
  let best = 0
  for (let i = 1; i < ring.length; i++) if (measure(ring[i]!) > measure(ring[best]!)) best = i
  return best
}

export function distance(a: Position, b: Position): number {
  return Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)
}

export function distanceToSegment(at: Position, a: Position, b: Position): number {
  return distance(at, nearestOnSegment(at, a, b))
}

export function nearestOnSegment(at: Position, a: Position, b: Position): Position {
  const dx = b[0]! - a[0]!
  const dy = b[1]! - a[1]!
  const squared = dx * dx + dy * dy
  const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((at[0]! - a[0]!) * dx + (at[1]! - a[1]!) * dy) / squared))
  return [a[0]! + t * dx, a[1]! + t * dy]
}
