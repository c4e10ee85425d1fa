import { ringArea, type Ring } from './ring.ts'

/** A vertex this near to an edge stands on it: cuts are rounded to millimetres. */
const ON_EDGE_M = 0.003
/** Vertices this near to each other are one. More than ON_EDGE_M, so that none of them stands on the edge beside the other. */
const TWIN_M = 0.0045

/** Two rings that share an edge as one; null when they do not, or when the result would have a hole. */
export function joinRings(a: Ring, b: Ring): Ring | null {
  const first = withVerticesOf(a, b)
  const second = withVerticesOf(b, first)
  const edges = new Map<string, { ring: Ring; i: number }>()
  for (const ring of [first, second]) for (let i = 0; i < ring.x.length; i++) edges.set(edgeKey(ring, i, false), { ring, i })
  let shared = 0
  for (let i = 0; i < first.x.length; i++) {
    const twin = edgeKey(first, i, true)
    if (!edges.has(twin)) continue
    edges.delete(twin)
    edges.delete(edgeKey(first, i, false))
    shared++
  }
  if (shared === 0 || edges.size < 3) return null
  const from = new Map<string, { ring: Ring; i: number }>()
  for (const edge of edges.values()) {
    const key = `${edge.ring.x[edge.i]} ${edge.ring.y[edge.i]}`
    if (from.has(key)) return null
    from.set(key, edge)
  }
  const out: Ring = { x: [], y: [], tag: [] }
  const start = edges.values().next().value!
  let edge: { ring: Ring; i: number } | undefined = start
  do {
    out.x.push(edge.ring.x[edge.i]!)
    out.y.push(edge.ring.y[edge.i]!)
    out.tag.push(edge.ring.tag[edge.i]!)
    const next: number = (edge.i + 1) % edge.ring.x.length
    edge = from.get(`${edge.ring.x[next]} ${edge.ring.y[next]}`)
    if (!edge || out.x.length > edges.size) return null
  } while (edge !== start)
  if (out.x.length !== edges.size || ringArea(out) <= 0) return null
  return out
}

/** Rings that share vertices as few rings as possible: shared edges vanish. Where four edges meet in a point the rings stay apart. */
export function joinAll(rings: Ring[]): Ring[] {
  const edges = new Map<string, { ring: Ring; i: number }>()
  for (const ring of rings) for (let i = 0; i < ring.x.length; i++) edges.set(edgeKey(ring, i, false), { ring, i })
  for (const ring of rings)
    for (let i = 0; i < ring.x.length; i++)
      if (edges.has(edgeKey(ring, i, true)) && edges.delete(edgeKey(ring, i, true))) edges.delete(edgeKey(ring, i, false))
  const from = new Map<string, { ring: Ring; i: number }[]>()
  for (const edge of edges.values()) {
    const key = `${edge.ring.x[edge.i]} ${edge.ring.y[edge.i]}`
    from.set(key, [...(from.get(key) ?? []), edge])
  }
  const out: Ring[] = []
  const used = new Set<{ ring: Ring; i: number }>()
  for (const start of edges.values()) {
    if (used.has(start)) continue
    const joined: Ring = { x: [], y: [], tag: [] }
    let edge: { ring: Ring; i: number } | undefined = start
    while (edge && !used.has(edge)) {
      used.add(edge)
      joined.x.push(edge.ring.x[edge.i]!)
      joined.y.push(edge.ring.y[edge.i]!)
      joined.tag.push(edge.ring.tag[edge.i]!)
      const j: number = (edge.i + 1) % edge.ring.x.length
      const leaving: { ring: Ring; i: number }[] = (from.get(`${edge.ring.x[j]} ${edge.ring.y[j]}`) ?? []).filter(
        (next) => !used.has(next),
      )
      edge = leaving.length <= 1 ? leaving[0] : sharpestLeft(edge, leaving)
    }
    if (joined.x.length >= 3) out.push(joined)
  }
  return out
}

/** Of several edges leaving a point, the one that turns most to the left, so that two parts that only touch stay two rings. */
function sharpestLeft(edge: { ring: Ring; i: number }, leaving: { ring: Ring; i: number }[]): { ring: Ring; i: number } {
  const heading = (e: { ring: Ring; i: number }) => {
    const j = (e.i + 1) % e.ring.x.length
    return Math.atan2(e.ring.y[j]! - e.ring.y[e.i]!, e.ring.x[j]! - e.ring.x[e.i]!)
  }
  const turn = (e: { ring: Ring; i: number }) => (heading(e) - heading(edge) + 5 * Math.PI) % (2 * Math.PI)
  return leaving.reduce((p, q) => (turn(q) > turn(p) ? q : p))
}

/** Every ring with the vertices of all others that stand on its edges, so that the rings tile without a hair between them. */
export function shareVertices(rings: Ring[]): Ring[] {
  const xs: number[] = []
  const ys: number[] = []
  const seen = new Set<string>()
  for (const ring of rings) {
    for (let i = 0; i < ring.x.length; i++) {
      const key = `${ring.x[i]} ${ring.y[i]}`
      if (seen.has(key)) continue
      seen.add(key)
      xs.push(ring.x[i]!)
      ys.push(ring.y[i]!)
    }
  }
  const order = xs.map((_, i) => i).sort((p, q) => xs[p]! - xs[q]! || ys[p]! - ys[q]!)
  const sortedX = Float64Array.from(order, (i) => xs[i]!)
  const sortedY = Float64Array.from(order, (i) => ys[i]!)
  const moved = mergeTwins(sortedX, sortedY)
  return rings.map((ring) => insertVertices(moved.size > 0 ? moveVertices(ring, moved) : ring, sortedX, sortedY))
}

/** Vertices of two rows may fall a hair apart: the later of two becomes the earlier. Points sorted by x, changed in place. */
function mergeTwins(xs: Float64Array, ys: Float64Array): Map<string, [number, number]> {
  const moved = new Map<string, [number, number]>()
  for (let i = 1; i < xs.length; i++) {
    for (let k = i - 1; k >= 0 && xs[i]! - xs[k]! < TWIN_M; k--) {
      if (Math.abs(ys[i]! - ys[k]!) >= TWIN_M || (xs[i] === xs[k] && ys[i] === ys[k])) continue
      moved.set(`${xs[i]} ${ys[i]}`, [xs[k]!, ys[k]!])
      xs[i] = xs[k]!
      ys[i] = ys[k]!
      break
    }
  }
  return moved
}

function moveVertices(ring: Ring, moved: Map<string, [number, number]>): Ring {
  const out: Ring = { x: [], y: [], tag: [] }
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const [x, y] = moved.get(`${ring.x[i]} ${ring.y[i]}`) ?? [ring.x[i]!, ring.y[i]!]
    const last = out.x.length - 1
    if (last >= 0 && out.x[last] === x && out.y[last] === y) out.tag[last] = ring.tag[i]!
    else {
      out.x.push(x)
      out.y.push(y)
      out.tag.push(ring.tag[i]!)
    }
  }
  const last = out.x.length - 1
  if (last > 2 && out.x[last] === out.x[0] && out.y[last] === out.y[0]) {
    out.x.pop()
    out.y.pop()
    out.tag.pop()
  }
  return out
}

function withVerticesOf(ring: Ring, other: Ring): Ring {
  const order = other.x.map((_, i) => i).sort((p, q) => other.x[p]! - other.x[q]! || other.y[p]! - other.y[q]!)
  return insertVertices(
    ring,
    Float64Array.from(order, (i) => other.x[i]!),
    Float64Array.from(order, (i) => other.y[i]!),
  )
}

/** Points sorted by x. */
function insertVertices(ring: Ring, xs: Float64Array, ys: Float64Array): Ring {
  const n = ring.x.length
  const out: Ring = { x: [], y: [], tag: [] }
  let isChanged = false
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n
    const [ax, ay, bx, by] = [ring.x[i]!, ring.y[i]!, ring.x[j]!, ring.y[j]!]
    out.x.push(ax)
    out.y.push(ay)
    out.tag.push(ring.tag[i]!)
    const size = Math.hypot(bx - ax, by - ay)
    if (size < 2 * ON_EDGE_M) continue
    const [dx, dy] = [(bx - ax) / size, (by - ay) / size]
    const [lowX, highX] = ax < bx ? [ax, bx] : [bx, ax]
    const [lowY, highY] = ay < by ? [ay, by] : [by, ay]
    const found: { t: number; x: number; y: number }[] = []
    for (let k = lowerBound(xs, lowX - ON_EDGE_M); k < xs.length && xs[k]! <= highX + ON_EDGE_M; k++) {
      const [px, py] = [xs[k]!, ys[k]!]
      if (py < lowY - ON_EDGE_M || py > highY + ON_EDGE_M) continue
      const t = (px - ax) * dx + (py - ay) * dy
      if (t <= 0.0005 || t >= size - 0.0005) continue
      if (Math.abs((py - ay) * dx - (px - ax) * dy) < ON_EDGE_M) found.push({ t, x: px, y: py })
    }
    if (found.length === 0) continue
    isChanged = true
    found.sort((p, q) => p.t - q.t)
    for (const point of found) {
      out.x.push(point.x)
      out.y.push(point.y)
      out.tag.push(ring.tag[i]!)
    }
  }
  return isChanged ? out : ring
}

function lowerBound(values: Float64Array, wanted: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

function edgeKey(ring: Ring, i: number, isReversed: boolean): string {
  const j = (i + 1) % ring.x.length
  const [p, q] = isReversed ? [j, i] : [i, j]
  return `${ring.x[p]} ${ring.y[p]} ${ring.x[q]} ${ring.y[q]}`
}
