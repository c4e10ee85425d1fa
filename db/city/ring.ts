/**
 * A simple polygon, counter-clockwise, in metres east and north of the city's centre. Vertices lie on a grid of one millimetre,
 * so that neighbours share them exactly. `tag[i]` says what the edge from vertex i to i + 1 faces: an index of a frontage, or one below.
 */
export interface Ring {
  x: number[]
  y: number[]
  tag: number[]
}
/** Another parcel of the same block. */
export const INNER = -1
/** Water, or open ground where nobody may enter. */
export const WATER = -2

export const toMillimetre = (value: number): number => Math.round(value * 1000) / 1000 + 0

export function ringArea(ring: Ring): number {
  const { x, y } = ring
  let twice = 0
  for (let i = 0, j = x.length - 1; i < x.length; j = i++)
    twice += (x[j]! - x[0]!) * (y[i]! - y[0]!) - (x[i]! - x[0]!) * (y[j]! - y[0]!)
  return twice / 2
}

export function ringCentroid(ring: Ring): [number, number] {
  const { x, y } = ring
  const ox = x[0]!
  const oy = y[0]!
  let sum = 0
  let cx = 0
  let cy = 0
  for (let i = 0, j = x.length - 1; i < x.length; j = i++) {
    const cross = (x[j]! - ox) * (y[i]! - oy) - (x[i]! - ox) * (y[j]! - oy)
    sum += cross
    cx += (x[j]! + x[i]! - 2 * ox) * cross
    cy += (y[j]! + y[i]! - 2 * oy) * cross
  }
  if (Math.abs(sum) < 1e-9) return [ox, oy]
  return [ox + cx / (3 * sum), oy + cy / (3 * sum)]
}

export function isInside(ring: Ring, px: number, py: number): boolean {
  const { x, y } = ring
  let inside = false
  for (let i = 0, j = x.length - 1; i < x.length; j = i++) {
    if (y[i]! > py !== y[j]! > py && px < ((x[j]! - x[i]!) * (py - y[i]!)) / (y[j]! - y[i]!) + x[i]!) inside = !inside
  }
  return inside
}

/** Whether the ring bends inwards nowhere by more than a degree or so. */
export function isConvex(ring: Ring): boolean {
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const a = (i + n - 1) % n
    const b = (i + 1) % n
    const [inX, inY] = [ring.x[i]! - ring.x[a]!, ring.y[i]! - ring.y[a]!]
    const [outX, outY] = [ring.x[b]! - ring.x[i]!, ring.y[b]! - ring.y[i]!]
    if (inX * outY - inY * outX < -0.02 * Math.hypot(inX, inY) * Math.hypot(outX, outY)) return false
  }
  return true
}

/** Whether no two edges touch, other than neighbours in their common vertex. */
export function isSimple(ring: Ring): boolean {
  const { x, y } = ring
  const n = x.length
  if (n < 3) return false
  const side = (a: number, b: number, c: number) => (x[b]! - x[a]!) * (y[c]! - y[a]!) - (y[b]! - y[a]!) * (x[c]! - x[a]!)
  for (let i = 0; i < n; i++) {
    const i2 = (i + 1) % n
    const i3 = (i + 2) % n
    // A spike: the next edge runs back along this one.
    if (Math.abs(side(i, i2, i3)) < 1e-9 && (x[i2]! - x[i]!) * (x[i3]! - x[i2]!) + (y[i2]! - y[i]!) * (y[i3]! - y[i2]!) <= 0)
      return false
    const lowX = Math.min(x[i]!, x[i2]!)
    const highX = Math.max(x[i]!, x[i2]!)
    const lowY = Math.min(y[i]!, y[i2]!)
    const highY = Math.max(y[i]!, y[i2]!)
    for (let j = i + 2; j < n; j++) {
      const j2 = (j + 1) % n
      if (j2 === i) continue
      if (
        Math.max(x[j]!, x[j2]!) < lowX ||
        Math.min(x[j]!, x[j2]!) > highX ||
        Math.max(y[j]!, y[j2]!) < lowY ||
        Math.min(y[j]!, y[j2]!) > highY
      )
        continue
      if (side(i, i2, j) * side(i, i2, j2) <= 0 && side(j, j2, i) * side(j, j2, i2) <= 0) return false
    }
  }
  return true
}

/** Lowest and highest projection of the ring on a unit direction. */
export function extent(ring: Ring, ux: number, uy: number): [number, number] {
  let low = Infinity
  let high = -Infinity
  for (let i = 0; i < ring.x.length; i++) {
    const t = ring.x[i]! * ux + ring.y[i]! * uy
    if (t < low) low = t
    if (t > high) high = t
  }
  return [low, high]
}

/** The box of smallest area around the ring: unit direction of its longer side, length and depth. */
export function orientedBox(ring: Ring): { ux: number; uy: number; length: number; depth: number } {
  let best = { ux: 1, uy: 0, length: 0, depth: 0 }
  let bestArea = Infinity
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const dx = ring.x[(i + 1) % n]! - ring.x[i]!
    const dy = ring.y[(i + 1) % n]! - ring.y[i]!
    const size = Math.hypot(dx, dy)
    if (size < 2) continue
    const ux = dx / size
    const uy = dy / size
    const [a, b] = extent(ring, ux, uy)
    const [c, d] = extent(ring, -uy, ux)
    const area = (b - a) * (d - c)
    if (area >= bestArea - 1e-6) continue
    bestArea = area
    best = b - a >= d - c ? { ux, uy, length: b - a, depth: d - c } : { ux: -uy, uy: ux, length: d - c, depth: b - a }
  }
  return best
}

/** Length of the edges that carry a frontage, in metres. */
export function streetLength(ring: Ring): number {
  let sum = 0
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    if (ring.tag[i]! >= 0) sum += Math.hypot(ring.x[(i + 1) % n]! - ring.x[i]!, ring.y[(i + 1) % n]! - ring.y[i]!)
  }
  return sum
}

export function perimeter(ring: Ring): number {
  let sum = 0
  for (let i = 0, j = ring.x.length - 1; i < ring.x.length; j = i++)
    sum += Math.hypot(ring.x[i]! - ring.x[j]!, ring.y[i]! - ring.y[j]!)
  return sum
}

/** The sharpest corner, in degrees. */
export function sharpestCorner(ring: Ring): number {
  const n = ring.x.length
  let sharpest = 180
  for (let i = 0; i < n; i++) {
    const a = (i + n - 1) % n
    const b = (i + 1) % n
    const [ax, ay] = [ring.x[a]! - ring.x[i]!, ring.y[a]! - ring.y[i]!]
    const [bx, by] = [ring.x[b]! - ring.x[i]!, ring.y[b]! - ring.y[i]!]
    const cosine = (ax * bx + ay * by) / (Math.hypot(ax, ay) * Math.hypot(bx, by) || 1)
    sharpest = Math.min(sharpest, (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI)
  }
  return sharpest
}

/** Without repeated vertices, and without those that stand on a straight line between two edges of the same frontage. */
export function tidy(ring: Ring): Ring {
  const out: Ring = { x: [], y: [], tag: [] }
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const next = (i + 1) % n
    if (ring.x[i] === ring.x[next] && ring.y[i] === ring.y[next]) continue
    out.x.push(ring.x[i]!)
    out.y.push(ring.y[i]!)
    out.tag.push(ring.tag[i]!)
  }
  for (let i = out.x.length - 1; i >= 0 && out.x.length > 3; i--) {
    const m = out.x.length
    const a = (i + m - 1) % m
    const b = (i + 1) % m
    if (out.tag[a] !== out.tag[i]) continue
    const dx = out.x[b]! - out.x[a]!
    const dy = out.y[b]! - out.y[a]!
    const size = Math.hypot(dx, dy)
    const off = Math.abs((out.x[i]! - out.x[a]!) * dy - (out.y[i]! - out.y[a]!) * dx) / (size || 1)
    if (size > 0.01 && off < 0.0015) {
      out.x.splice(i, 1)
      out.y.splice(i, 1)
      out.tag.splice(i, 1)
    }
  }
  return out
}
