import type { Position } from 'geojson'
import { indexByCells, type CellIndex } from './cell-index.ts'
import type { Box } from './choose-cells.ts'

type Edge = readonly [from: Position, to: Position]

/** Corners and edges that are known exactly; metres. */
export interface Known {
  edges: readonly Edge[]
  cornersBy: CellIndex<Position>
  edgesBy: CellIndex<Edge>
}

/** Corners and edges of paths: rings (closed) or lines. */
export function collectKnown(paths: Iterable<readonly Position[]>): Known {
  const corners: Position[] = []
  const edges: Edge[] = []
  for (const path of paths) {
    for (const [i, at] of path.entries()) {
      // The last corner of a ring is its first.
      if (i === 0 || i < path.length - 1 || !isSame(at, path[0]!)) corners.push(at)
      if (i > 0) edges.push([path[i - 1]!, at])
    }
  }
  return {
    edges,
    cornersBy: indexByCells(corners, (at) => findBox(at, at, 0)),
    edgesBy: indexByCells(edges, ([from, to]) => findBox(from, to, 0)),
  }
}

/**
 * Lay a drawn path on what is known: a point within `tolerance` of a corner becomes that corner (one of `own` before one of
 * `others`), one within it of an edge goes onto the edge, and corners of `others` within it of a drawn edge become corners of the
 * path, so that a shared border has the same points on both sides. Edges of `own` are left as they are. Closed paths stay closed.
 */
export function snapPath(path: readonly Position[], own: Known, others: Known, tolerance: number): Position[] {
  const laid = dropRepeats(path.map((at) => snapPosition(at, own, others, tolerance)))
  return addCorners(laid, others, tolerance, own.edges)
}

/** The path with those corners of `known` that lie within `tolerance` of one of its edges, but not of its ends, put in between. */
export function addCorners(
  path: readonly Position[],
  known: Known,
  tolerance: number,
  untouched: readonly Edge[] = [],
): Position[] {
  const kept = new Set(untouched.flatMap(([a, b]) => [keyOf(a, b), keyOf(b, a)]))
  const result = path.slice(0, 1)
  for (let i = 1; i < path.length; i++) {
    const [from, to] = [path[i - 1]!, path[i]!]
    if (!kept.has(keyOf(from, to))) {
      const between = [...known.cornersBy.near(findBox(from, to, tolerance))]
        .filter((at) => isWithin(at, from, to, tolerance))
        .map((at) => ({ at, along: placeAlong(at, from, to) }))
        .filter(({ at, along }) => along > 0 && along < 1 && distance(at, from) > tolerance && distance(at, to) > tolerance)
        .sort((a, b) => a.along - b.along)
      for (const { at } of between) if (!isSame(at, result.at(-1)!)) result.push(at)
    }
    result.push(to)
  }
  return result
}

function snapPosition(at: Position, own: Known, others: Known, tolerance: number): Position {
  const corner = findNearest(at, own, tolerance) ?? findNearest(at, others, tolerance)
  if (corner) return corner
  let best: Position = at
  let least = tolerance
  for (const { edgesBy } of [own, others]) {
    for (const [from, to] of edgesBy.near(findBox(at, at, tolerance))) {
      if (!isWithin(at, from, to, least)) continue
      const along = Math.min(1, Math.max(0, placeAlong(at, from, to)))
      const foot = [from[0]! + along * (to[0]! - from[0]!), from[1]! + along * (to[1]! - from[1]!)]
      const away = distance(at, foot)
      if (away < least) [best, least] = [foot, away]
    }
  }
  return best
}

function findNearest(at: Position, { cornersBy }: Known, tolerance: number): Position | null {
  let best: Position | null = null
  let least = tolerance
  for (const corner of cornersBy.near(findBox(at, at, tolerance))) {
    const away = distance(at, corner)
    if (away <= least && (best === null || away < least)) [best, least] = [corner, away]
  }
  return best
}

/** Whether a position is within `tolerance` of the edge's box and its line: cheap first, since most are far. */
function isWithin(at: Position, from: Position, to: Position, tolerance: number): boolean {
  const [x, y] = at as [number, number]
  if (x < Math.min(from[0]!, to[0]!) - tolerance || x > Math.max(from[0]!, to[0]!) + tolerance) return false
  if (y < Math.min(from[1]!, to[1]!) - tolerance || y > Math.max(from[1]!, to[1]!) + tolerance) return false
  const [dx, dy] = [to[0]! - from[0]!, to[1]! - from[1]!]
  const length = Math.hypot(dx, dy)
  return length > 0 && Math.abs((x - from[0]!) * dy - (y - from[1]!) * dx) / length <= tolerance
}

/** 0 at `from`, 1 at `to`. */
function placeAlong(at: Position, from: Position, to: Position): number {
  const [dx, dy] = [to[0]! - from[0]!, to[1]! - from[1]!]
  return ((at[0]! - from[0]!) * dx + (at[1]! - from[1]!) * dy) / (dx * dx + dy * dy)
}

function findBox(a: Position, b: Position, margin: number): Box {
  const [ax, ay] = a as [number, number]
  const [bx, by] = b as [number, number]
  return [Math.min(ax, bx) - margin, Math.min(ay, by) - margin, Math.max(ax, bx) + margin, Math.max(ay, by) + margin]
}

function dropRepeats(path: readonly Position[]): Position[] {
  return path.filter((at, i) => i === 0 || !isSame(at, path[i - 1]!))
}

function distance(a: Position, b: Position): number {
  return Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)
}

function isSame(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

function keyOf(a: Position, b: Position): string {
  return `${a[0]} ${a[1]} ${b[0]} ${b[1]}`
}
