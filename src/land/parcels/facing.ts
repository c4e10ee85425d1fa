import type { Position } from 'geojson'
import { distanceToSegment, nearestOnSegment, type Side } from './sides.ts'
import type { Facing } from './types.ts'

/** What lies around a parcel. Metres of the authoritative CRS. */
export interface Surroundings {
  neighbours: { code: string; houseNumber: string | null; rings: Position[][][] }[]
  water: { name: string | null; nameEn: string | null; rings: Position[][][] }[]
  streets: { name: string | null; nameEn: string | null; widthM: number | null; lines: Position[][] }[]
}

/** A neighbour's boundary within this of the side touches it: what surveys differ by. */
const TOUCH_M = 0.5
/** Water is faced across a bank of at most this. */
const BANK_M = 4
/** A street is faced when its axis is no further than half its width and this. */
const VERGE_M = 4
/** How far the axis of a street of unknown width may be. */
const UNKNOWN_HALF_WIDTH_M = 14
/** The axis must lie roughly ahead: at most this far from the outward direction (cosine of 65°). */
const AHEAD = 0.42
const STEP_M = 1.5
const SAMPLES = [0.08, 0.25, 0.42, 0.5, 0.58, 0.75, 0.92]

/**
 * What a side faces: the neighbour that touches most of it, else water, else the street ahead of it, else open ground.
 * Pure; decided at seven points along the side, so that a neighbour's corner does not win.
 */
export function decideFacing(side: Side, around: Surroundings): Facing {
  const votes = new Map<string, { facing: Facing; count: number }>()
  for (const share of SAMPLES) {
    const facing = faceAt(pointAlong(side, share), side.outward, around)
    const key = JSON.stringify(facing)
    votes.set(key, { facing, count: (votes.get(key)?.count ?? 0) + 1 })
  }
  const known = [...votes.values()].sort((a, b) => b.count - a.count)
  return known[0]!.facing
}

function faceAt(at: Position, outward: Position, { neighbours, water, streets }: Surroundings): Facing {
  const neighbour = neighbours.find(({ rings }) => isWithin(at, rings, TOUCH_M))
  if (neighbour) return { kind: 'parcel', code: neighbour.code, houseNumber: neighbour.houseNumber }
  const course = water.find(({ rings }) => isWithin(at, rings, BANK_M) && isAheadOfPolygon(at, outward, rings))
  if (course) return { kind: 'water', name: course.name, nameEn: course.nameEn }
  const street = nearestAhead(at, outward, streets)
  return street ? { kind: 'street', name: street.name, nameEn: street.nameEn, widthM: street.widthM } : { kind: 'open' }
}

/** The street whose edge is nearest, among those whose axis lies ahead and near enough. */
function nearestAhead(at: Position, outward: Position, streets: Surroundings['streets']) {
  // Looked for from a step outside: a dead end's axis ends on the boundary itself, and its last point alone lies nowhere.
  const step: Position = [at[0]! + outward[0]! * STEP_M, at[1]! + outward[1]! * STEP_M]
  let best: Surroundings['streets'][number] | null = null
  let bestGap = Infinity
  for (const street of streets) {
    const halfWidth = street.widthM === null ? UNKNOWN_HALF_WIDTH_M : street.widthM / 2
    for (const line of street.lines) {
      for (let i = 1; i < line.length; i++) {
        const nearest = nearestOnSegment(step, line[i - 1]!, line[i]!)
        const dx = nearest[0]! - at[0]!
        const dy = nearest[1]! - at[1]!
        const away = Math.hypot(dx, dy)
        const gap = away - (street.widthM === null ? 0 : halfWidth)
        const isAhead = away < 0.01 || (dx * outward[0]! + dy * outward[1]!) / away >= AHEAD
        if (isAhead && away <= halfWidth + VERGE_M && gap < bestGap - 0.01) [best, bestGap] = [street, gap]
      }
    }
  }
  return best
}

function isAheadOfPolygon(at: Position, outward: Position, rings: Position[][][]): boolean {
  const ahead: Position = [at[0]! + outward[0]! * BANK_M, at[1]! + outward[1]! * BANK_M]
  return isWithin(ahead, rings, BANK_M / 2)
}

/** Inside one of the polygons, or within `reach` metres of its boundary. */
function isWithin(at: Position, polygons: Position[][][], reach: number): boolean {
  return polygons.some((rings) => isInside(at, rings) || rings.some((ring) => isNearRing(at, ring, reach)))
}

function isNearRing(at: Position, ring: Position[], reach: number): boolean {
  for (let i = 1; i < ring.length; i++) if (distanceToSegment(at, ring[i - 1]!, ring[i]!) <= reach) return true
  return false
}

/** Even-odd rule over all rings of one polygon. */
function isInside(at: Position, rings: Position[][]): boolean {
  let inside = false
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [x1, y1] = ring[i - 1] as [number, number]
      const [x2, y2] = ring[i] as [number, number]
      if (y1 > at[1]! !== y2 > at[1]! && at[0]! < ((x2 - x1) * (at[1]! - y1)) / (y2 - y1) + x1) inside = !inside
    }
  }
  return inside
}

/** The point at `share` (0…1) of the side's length. */
function pointAlong({ path, lengthM }: Side, share: number): Position {
  let left = lengthM * share
  for (let i = 1; i < path.length; i++) {
    const [a, b] = [path[i - 1]!, path[i]!]
    const step = Math.hypot(b[0]! - a[0]!, b[1]! - a[1]!)
    if (left <= step && step > 0) return [a[0]! + ((b[0]! - a[0]!) * left) / step, a[1]! + ((b[1]! - a[1]!) * left) / step]
    left -= step
  }
  return path.at(-1)!
}
