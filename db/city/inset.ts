import { ringArea, toMillimetre, type Ring } from './ring.ts'
import { splitByLine, type Polyline } from './split.ts'

/** A ring moved inwards, each edge by its own distance in metres. For shapes whose curves are wide against the distance. */
export function insetRing(ring: Ring, distanceOf: (tag: number) => number): Ring {
  const n = ring.x.length
  const out: Ring = { x: [], y: [], tag: [] }
  for (let i = 0; i < n; i++) {
    const a = (i + n - 1) % n
    const b = (i + 1) % n
    const before = inwardLine(ring, a, i, distanceOf(ring.tag[a]!))
    const after = inwardLine(ring, i, b, distanceOf(ring.tag[i]!))
    const cross = before.dx * after.dy - before.dy * after.dx
    let px: number
    let py: number
    if (Math.abs(cross) < 0.02) {
      // Nearly straight on: half-way between the two moved points.
      const mx = (before.dx + after.dx) / 2
      const my = (before.dy + after.dy) / 2
      const d = (distanceOf(ring.tag[a]!) + distanceOf(ring.tag[i]!)) / 2
      px = ring.x[i]! - my * d
      py = ring.y[i]! + mx * d
    } else {
      const t = ((after.x - before.x) * after.dy - (after.y - before.y) * after.dx) / cross
      px = before.x + before.dx * t
      py = before.y + before.dy * t
    }
    out.x.push(toMillimetre(px))
    out.y.push(toMillimetre(py))
    out.tag.push(ring.tag[i]!)
  }
  return out
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

/** The line moved sideways, to the left for positive metres. */
export function shiftLine(line: Polyline, metres: number): Polyline {
  return line.map(([x, y], i) => {
    const a = line[Math.max(0, i - 1)]!
    const b = line[Math.min(line.length - 1, i + 1)]!
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
