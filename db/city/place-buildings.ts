import { shrinkConvex } from './inset.ts'
import { joinRings } from './join.ts'
import { longestStreetEdge } from './lay-lots.ts'
import type { Random } from './random.ts'
import {
  extent,
  isConvex,
  isInside,
  orientedBox,
  ringArea,
  ringCentroid,
  sharpestCorner,
  toMillimetre,
  type Ring,
} from './ring.ts'
import { splitByLine } from './split.ts'
import type { Style } from './style.ts'

export interface Building {
  ring: Ring
  hole: Ring | null
  storeys: number
  builtYear: number
  use: string
  apartments: number
  shops: number
}
export interface Plot {
  ring: Ring
  use: string
  density: 1 | 2 | 3 | null
  kind: string | null
  streetM: number
  style: Style
}

/** Buildings of a plot as Iranian houses stand: on its north side, the yard to the south; old houses around a court. */
export function placeBuildings(plot: Plot, rnd: Random): Building[] {
  const area = ringArea(plot.ring)
  const { use } = plot
  if (use === 'VAC' || use === 'GRN' || use === 'NAT' || use === 'BUF' || area < 40) return []
  if (use === 'AGR') return rnd.chance(0.22) ? hut(plot, rnd) : []
  if (use === 'TRN') return area > 4000 ? hall(plot, rnd, 0.3, 1) : []
  if (use === 'UTL' || plot.kind === 'cemetery') return hall(plot, rnd, 0.18, 1)
  if (area > 9000 && (use === 'HED' || use === 'HLT' || use === 'MIL' || use === 'IND'))
    return campus(plot, rnd, use === 'MIL' ? 0.35 : use === 'IND' ? 0.85 : 0.6)
  if (use === 'IND') return hall(plot, rnd, rnd.between(0.45, 0.65), rnd.chance(0.8) ? 1 : 2)
  if (use === 'MIL') return hall(plot, rnd, 0.16, 2)
  if (use === 'SPO') return hall(plot, rnd, plot.kind === 'stadium' ? 0.14 : 0.45, 1)
  if (area > 700 && use !== 'RES' && use !== 'COM' && use !== 'MIX')
    return hall(plot, rnd, rnd.between(0.32, 0.45), storeysOf(plot, rnd))
  if (use === 'RES' && area > 1500) return slabs(plot, rnd)
  const isCourt = plot.style.name === 'core' && area > 130 && isConvex(plot.ring) && rnd.chance(use === 'HER' ? 0.95 : 0.5)
  if (isCourt) return courtHouse(plot, rnd)
  return house(plot, rnd)
}

function house(plot: Plot, rnd: Random): Building[] {
  const { ring, use } = plot
  const share =
    use === 'COM'
      ? rnd.between(0.82, 1)
      : use === 'MIX'
        ? rnd.between(0.66, 0.8)
        : use === 'REL'
          ? 0.75
          : plot.style.name === 'villa'
            ? rnd.between(0.36, 0.5)
            : rnd.between(0.55, 0.64)
  if (share > 0.96) return [finish(plot, ring, null, rnd)]
  const [nx, ny] = buildingSide(plot, rnd)
  const [low, high] = extent(ring, nx, ny)
  const t = high - (high - low) * share
  const cut = splitByLine(ring, nx * t, ny * t, ny, -nx, -1, -1)
  const main = largest(cut.left)
  if (!main) return [finish(plot, ring, null, rnd)]
  const yard = largest(cut.right)
  const roll = rnd.next()
  if (yard && roll < 0.17 && use === 'RES') {
    // An arm along one side makes an L.
    const [a, b] = extent(yard, -ny, nx)
    const isLow = rnd.chance(0.5)
    const s = isLow ? a + (b - a) * 0.32 : b - (b - a) * 0.32
    const arms = splitByLine(yard, -ny * s, nx * s, nx, ny, -1, -1)
    const arm = largest(isLow ? arms.left : arms.right)
    if (arm) {
      const reach = extent(arm, nx, ny)
      const end = reach[0] + (reach[1] - reach[0]) * rnd.between(0.2, 0.5)
      const short = largest(splitByLine(arm, nx * end, ny * end, ny, -nx, -1, -1).left)
      const joined = short && joinRings(main, short)
      if (joined && sharpestCorner(joined) > 30) return [finish(plot, joined, null, rnd)]
    }
  }
  return [finish(plot, main, null, rnd)]
}

/** Unit direction of the side the building stands on: north where the plot's axis allows it, else towards the street. */
function buildingSide(plot: Plot, rnd: Random): [number, number] {
  const edge = longestStreetEdge(plot.ring)
  if (!edge) return [0, 1]
  if (plot.use === 'COM' || plot.use === 'MIX') return [edge.uy, -edge.ux]
  if (Math.abs(edge.ux) > 0.62) return edge.ux > 0 ? [-edge.uy, edge.ux] : [edge.uy, -edge.ux]
  const [a, b] = extent(plot.ring, edge.ux, edge.uy)
  if (b - a > 15 && rnd.chance(0.7)) return edge.uy > 0 ? [edge.ux, edge.uy] : [-edge.ux, -edge.uy]
  return [edge.uy, -edge.ux]
}

function courtHouse(plot: Plot, rnd: Random): Building[] {
  const [cx, cy] = ringCentroid(plot.ring)
  const factor = rnd.between(0.38, 0.5)
  const n = plot.ring.x.length
  const hole: Ring = { x: [], y: [], tag: [] }
  for (let i = 0; i < n; i++) {
    hole.x.push(toMillimetre(cx + (plot.ring.x[i]! - cx) * factor))
    hole.y.push(toMillimetre(cy + (plot.ring.y[i]! - cy) * factor))
    hole.tag.push(-1)
  }
  return [finish(plot, plot.ring, hole, rnd)]
}

/** A public or large building standing free: a bar on the north of the plot, sometimes with a wing. */
function hall(plot: Plot, rnd: Random, share: number, storeys: number): Building[] {
  const inner = isConvex(plot.ring) ? shrinkConvex(plot.ring, ringArea(plot.ring) > 2500 ? 6 : 3) : null
  if (!inner || ringArea(inner) < 60) return freeStanding(plot, rnd) ?? house(plot, rnd)
  const [nx, ny] = buildingSide(plot, rnd)
  const [low, high] = extent(inner, nx, ny)
  const wanted = (share * ringArea(plot.ring)) / ringArea(inner)
  const hasWing = ringArea(inner) > 900 && rnd.chance(0.6)
  const t = high - (high - low) * Math.min(0.95, hasWing ? wanted * 0.65 : wanted)
  const cut = splitByLine(inner, nx * t, ny * t, ny, -nx, -1, -1)
  const bar = largest(cut.left)
  const rest = largest(cut.right)
  if (!bar) return []
  const make = (ring: Ring): Building => ({ ...finish(plot, ring, null, rnd), storeys, apartments: 0, shops: 0 })
  if (!hasWing || !rest) return [make(bar)]
  const [a, b] = extent(rest, -ny, nx)
  const isLow = rnd.chance(0.5)
  const s = isLow ? a + (b - a) * Math.min(0.5, wanted * 0.6) : b - (b - a) * Math.min(0.5, wanted * 0.6)
  const arms = splitByLine(rest, -ny * s, nx * s, nx, ny, -1, -1)
  const arm = largest(isLow ? arms.left : arms.right)
  const reach = arm && extent(arm, nx, ny)
  const end = reach ? reach[0] + (reach[1] - reach[0]) * rnd.between(0.25, 0.55) : 0
  const wing = arm && largest(splitByLine(arm, nx * end, ny * end, ny, -nx, -1, -1).left)
  const joined = wing && joinRings(bar, wing)
  return [make(joined && sharpestCorner(joined) > 30 ? joined : bar)]
}

/** Apartment slabs in rows across a large plot, open ground between. */
function slabs(plot: Plot, rnd: Random): Building[] {
  const inner = isConvex(plot.ring) ? shrinkConvex(plot.ring, 5) : null
  if (!inner) return freeStanding(plot, rnd) ?? house(plot, rnd)
  const [nx, ny] = buildingSide(plot, rnd)
  const [low, high] = extent(inner, nx, ny)
  const out: Building[] = []
  const gap = rnd.between(17, 22)
  for (let at = high; at - 13 > low - 1; at -= 13 + gap) {
    const upper = splitByLine(inner, nx * at, ny * at, ny, -nx, -1, -1).right
    const upperPart = at === high ? [inner] : upper
    const band = upperPart.flatMap((r) => splitByLine(r, nx * (at - 13), ny * (at - 13), ny, -nx, -1, -1).left)
    for (const piece of band) if (ringArea(piece) > 110) out.push(finish(plot, piece, null, rnd))
  }
  return out.length > 0 ? out : (freeStanding(plot, rnd) ?? house(plot, rnd))
}

/** On a large plot of odd shape: one plain block in its middle, when that has room. */
function freeStanding(plot: Plot, rnd: Random): Building[] | null {
  if (ringArea(plot.ring) < 600) return null
  const { ux, uy, length, depth } = orientedBox(plot.ring)
  const [cx, cy] = ringCentroid(plot.ring)
  for (const factor of [0.3, 0.24, 0.18]) {
    const ring = rectangle(cx, cy, ux, uy, Math.min(40, length * factor), Math.min(14, depth * factor))
    if (ring.x.every((x, i) => isInside(plot.ring, x, ring.y[i]!))) return [{ ...finish(plot, ring, null, rnd), shops: 0 }]
  }
  return null
}

/** A rectangle by its middle, the direction of its length, and half its length and depth. */
function rectangle(cx: number, cy: number, ux: number, uy: number, halfLength: number, halfDepth: number): Ring {
  const ring: Ring = { x: [], y: [], tag: [-1, -1, -1, -1] }
  for (const [a, b] of [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const) {
    ring.x.push(toMillimetre(cx + a * halfLength * ux - b * halfDepth * uy))
    ring.y.push(toMillimetre(cy + a * halfLength * uy + b * halfDepth * ux))
  }
  return ring
}

/** Many buildings over a large plot, on a loose grid along its own axes, open places between them. */
function campus(plot: Plot, rnd: Random, filled: number): Building[] {
  const box = orientedBox(plot.ring)
  const inner = isConvex(plot.ring) ? shrinkConvex(plot.ring, 9) : null
  if (!inner) return hall(plot, rnd, 0.25, storeysOf(plot, rnd))
  const { ux, uy } = box
  const [a, b] = extent(inner, ux, uy)
  const [c, d] = extent(inner, -uy, ux)
  const pitch = plot.use === 'IND' ? 62 : 54
  const out: Building[] = []
  for (let s = a + 4; s < b - 24; s += pitch) {
    for (let t = c + 4; t < d - 16; t += pitch * 0.72) {
      const [length, depth] =
        plot.use === 'IND' ? [rnd.between(38, 52), rnd.between(24, 34)] : [rnd.between(24, 44), rnd.between(13, 19)]
      const [s0, t0] = [s + rnd.between(0, 6), t + rnd.between(0, 6)]
      if (!rnd.chance(filled)) continue
      const [cs, ct] = [s0 + length / 2, t0 + depth / 2]
      const ring = rectangle(cs * ux - ct * uy, cs * uy + ct * ux, ux, uy, length / 2, depth / 2)
      if (ring.x.every((x, i) => isInside(inner, x, ring.y[i]!)))
        out.push({
          ...finish(plot, ring, null, rnd),
          storeys: plot.use === 'IND' ? 1 : storeysOf(plot, rnd),
          apartments: 0,
          shops: 0,
        })
    }
  }
  return out
}

function hut(plot: Plot, rnd: Random): Building[] {
  const [cx, cy] = ringCentroid(plot.ring)
  const edge = longestStreetEdge(plot.ring)
  const ring = rectangle(cx, cy, edge?.ux ?? 1, edge?.uy ?? 0, rnd.between(3, 5), rnd.between(3, 6))
  if (!isConvex(plot.ring) || ring.x.some((x, i) => !isInside(plot.ring, x, ring.y[i]!))) return []
  return [{ ...finish(plot, ring, null, rnd), storeys: 1, apartments: 0 }]
}

function finish(plot: Plot, ring: Ring, hole: Ring | null, rnd: Random): Building {
  const storeys = storeysOf(plot, rnd)
  const floor = ringArea(ring) - (hole ? ringArea(hole) : 0)
  const homes =
    plot.use === 'RES'
      ? Math.round((floor * storeys) / rnd.between(90, 135))
      : plot.use === 'MIX'
        ? Math.round((floor * (storeys - 1)) / 105)
        : 0
  const front = longestStreetEdge(plot.ring)?.length ?? 5
  const shops =
    plot.use === 'COM' || plot.use === 'MIX' ? Math.max(1, Math.min(12, Math.round(front / rnd.between(3.6, 5.5)))) : 0
  const age = Math.floor(rnd.next() * rnd.next() * 60)
  const builtYear = Math.min(2025, plot.style.builtFrom + Math.floor(rnd.between(0, 18)) + age)
  return { ring, hole, storeys, builtYear, use: plot.use, apartments: homes > 1 ? Math.min(60, homes) : 0, shops }
}

function storeysOf(plot: Plot, rnd: Random): number {
  const [low, high] = plot.style.storeys
  // Skewed towards the low end; wide streets allow more.
  const roll = rnd.next() * rnd.next()
  let storeys = low + Math.round((high - low) * Math.min(1, roll * 1.7))
  if (plot.streetM >= 16 && rnd.chance(0.55)) storeys += rnd.whole(1, 2)
  if (plot.use === 'COM') storeys = Math.max(1, storeys - 1)
  if (plot.density === 1) storeys = Math.min(2, storeys)
  if (plot.density === 3) storeys = Math.max(2, storeys)
  return Math.min(6, Math.max(1, storeys))
}
const largest = (rings: Ring[]): Ring | null =>
  rings.length === 0 ? null : rings.reduce((p, q) => (ringArea(q) > ringArea(p) ? q : p))
