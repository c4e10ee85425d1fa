import { isSimple, ringArea, tidy, toMillimetre, type Ring } from './ring.ts'
import { splitByLine, type Polyline } from './split.ts'

/**
 * A ring moved inwards, each side (a run of edges with one tag) by its own distance in metres. Sides are moved whole and then cut
 * where they meet, so that short edges near a corner vanish instead of folding over. Null when nothing sound is left.
 */
export function insetRing(ring: Ring, distanceOf: (tag: number) => number): Ring | null {
  const sides = listSides(ring).map(({ tag, line }) => ({ tag, line: lengthen(shiftLine(line, distanceOf(tag)), 80) }))
  const corners = sides.map((side, s) => meet(side.line, sides[(s + 1) % sides.length]!.line))
  const out: Ring = { x: [], y: [], tag: [] }
  for (let s = 0; s < sides.length; s++) {
    const start = corners[(s + sides.length - 1) % sides.length]
    const end = corners[s]
    if (!start || !end || start.onSecond > end.onFirst) return null
    const { tag, line } = sides[s]!
    const points: Polyline = [start.at, ...line.slice(Math.floor(start.onSecond) + 1, Math.floor(end.onFirst) + 1)]
    for (const [x, y] of points) {
      out.x.push(toMillimetre(x))
      out.y.push(toMillimetre(y))
      out.tag.push(tag)
    }
  }
  const clean = tidy(out)
  return ringArea(clean) > 100 && isSimple(clean) ? clean : null
}

/** Runs of edges with one tag, each with both its end points. */
function listSides(ring: Ring): { tag: number; line: Polyline }[] {
  const n = ring.x.length
  const first = ring.tag.findIndex((tag, i) => tag !== ring.tag[(i + n - 1) % n])
  const sides: { tag: number; line: Polyline }[] = []
  for (let k = 0; k < n; k++) {
    const i = (first + k) % n
    const tag = ring.tag[i]!
    if (sides[sides.length - 1]?.tag !== tag) sides.push({ tag, line: [[ring.x[i]!, ring.y[i]!]] })
    const next = (i + 1) % n
    sides[sides.length - 1]!.line.push([ring.x[next]!, ring.y[next]!])
  }
  return sides
}

function lengthen(line: Polyline, metres: number): Polyline {
  const beyond = ([px, py]: [number, number], [x, y]: [number, number]): [number, number] => {
    const size = Math.hypot(x - px, y - py) || 1
    return [x + ((x - px) / size) * metres, y + ((y - py) / size) * metres]
  }
  const last = line.length - 1
  return [beyond(line[1]!, line[0]!), ...line, beyond(line[last - 1]!, line[last]!)]
}

/** Where the first line, near its end, meets the second, near its start; places along both as vertex number and fraction. */
function meet(first: Polyline, second: Polyline): { at: [number, number]; onFirst: number; onSecond: number } | null {
  for (let i = first.length - 2; i >= 0; i--) {
    for (let j = 0; j < second.length - 1; j++) {
      const [[ax, ay], [bx, by], [cx, cy], [dx, dy]] = [first[i]!, first[i + 1]!, second[j]!, second[j + 1]!]
      const cross = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
      if (Math.abs(cross) < 1e-9) continue
      const t = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / cross
      const u = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / cross
      if (t >= 0 && t <= 1 && u >= 0 && u <= 1)
        return { at: [ax + (bx - ax) * t, ay + (by - ay) * t], onFirst: i + t, onSecond: j + u }
    }
  }
  return null
}

/** The part of a convex ring that is farther than `distance` from every edge; null when nothing is left. */
export function shrinkConvex(ring: Ring, distance: number): Ring | null {
  let rest: Ring = ring
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const line = inwardLine(ring, i, (i + 1) % n, distance)
    if (!Number.isFinite(line.dx)) continue
    const left = splitByLine(rest, line.x, line.y, line.dx, line.dy, -1, -1).left
    if (left.length === 0) return null
    rest = left.reduce((p, q) => (ringArea(q) > ringArea(p) ? q : p))
  }
  return ringArea(rest) > 1 ? rest : null
}

/** Corner cuts (پخ): corners where two streets meet lose a small triangle to the crossing. `legOf` gives its leg in metres, 0 = none. */
export function cutCorners(ring: Ring, legOf: (before: number, after: number) => number): Ring {
  const out: Ring = { x: [], y: [], tag: [] }
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const a = (i + n - 1) % n
    const b = (i + 1) % n
    const [x, y] = [ring.x[i]!, ring.y[i]!]
    const inX = x - ring.x[a]!
    const inY = y - ring.y[a]!
    const outX = ring.x[b]! - x
    const outY = ring.y[b]! - y
    const inSize = Math.hypot(inX, inY)
    const outSize = Math.hypot(outX, outY)
    const turn = (inX * outY - inY * outX) / (inSize * outSize)
    const leg = ring.tag[a]! !== ring.tag[i]! && turn > 0.45 ? legOf(ring.tag[a]!, ring.tag[i]!) : 0
    if (leg <= 0 || inSize < leg * 2.5 || outSize < leg * 2.5) {
      out.x.push(x)
      out.y.push(y)
      out.tag.push(ring.tag[i]!)
      continue
    }
    out.x.push(toMillimetre(x - (inX / inSize) * leg), toMillimetre(x + (outX / outSize) * leg))
    out.y.push(toMillimetre(y - (inY / inSize) * leg), toMillimetre(y + (outY / outSize) * leg))
    out.tag.push(ring.tag[i]!, ring.tag[i]!)
  }
  return out
}

/** The line moved sideways, to the left for positive metres; vertices too near to each other for that are passed over. */
export function shiftLine(line: Polyline, metres: number): Polyline {
  const least = Math.max(6, Math.abs(metres) * 0.8)
  const kept: Polyline = [line[0]!]
  for (const point of line.slice(1, -1)) {
    const last = line[line.length - 1]!
    const [px, py] = kept[kept.length - 1]!
    if (Math.hypot(point[0] - px, point[1] - py) >= least && Math.hypot(point[0] - last[0], point[1] - last[1]) >= least)
      kept.push(point)
  }
  kept.push(line[line.length - 1]!)
  return kept.map(([x, y], i) => {
    const a = kept[Math.max(0, i - 1)]!
    const b = kept[Math.min(kept.length - 1, i + 1)]!
    const size = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1
    return [toMillimetre(x - ((b[1] - a[1]) / size) * metres), toMillimetre(y + ((b[0] - a[0]) / size) * metres)]
  })
}

/** The band of ground along a line, `half` metres to either side, as a counter-clockwise ring. */
export function bandAlong(line: Polyline, half: number): Polyline {
  return [...shiftLine(line, -half), ...shiftLine(line, half).reverse()]
}

function inwardLine(ring: Ring, i: number, j: number, distance: number): { x: number; y: number; dx: number; dy: number } {
  const dx = ring.x[j]! - ring.x[i]!
  const dy = ring.y[j]! - ring.y[i]!
  const size = Math.hypot(dx, dy)
  return { x: ring.x[i]! - (dy / size) * distance, y: ring.y[i]! + (dx / size) * distance, dx: dx / size, dy: dy / size }
}
