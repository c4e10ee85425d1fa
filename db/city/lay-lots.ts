import { mainDirection } from './lay-blocks.ts'
import { joinRings } from './join.ts'
import type { Random } from './random.ts'
import { extent, INNER, orientedBox, ringArea, streetLength, type Ring } from './ring.ts'
import { splitByLine } from './split.ts'
import type { Style } from './style.ts'

/** Narrowest frontage that still lets a person in with a handcart, metres. */
const LEAST_FRONTAGE_M = 2.4

/** Part a block into plots in rows, back to back, as planned quarters are. `scale` stretches plot widths. */
export function layLots(ring: Ring, style: Style, scale: number, rnd: Random): Ring[] {
  const box = orientedBox(ring)
  const area = ringArea(ring)
  const [ux, uy] = mainDirection(ring, box.ux, box.uy)
  const depth = area / box.length
  const lotDepth = (style.lotDepthM[0] + style.lotDepthM[1]) / 2
  let rows: Ring[] = [ring]
  if (depth > lotDepth * 1.42) {
    const [low, high] = extent(ring, -uy, ux)
    const at = (low + high) / 2 + (rnd.next() - 0.5) * lotDepth * 0.08
    const halves = splitByLine(ring, -uy * at, ux * at, ux, uy, INNER, INNER)
    const parts = [...halves.left, ...halves.right]
    if (parts.every((part) => streetLength(part) > 8)) rows = parts
  }
  const width = style.lotWidthM * scale * rnd.between(0.92, 1.1)
  return rows.flatMap((row) => sliceRow(row, ux, uy, width, style, rnd)).flatMap((lot) => flagLot(lot, style, rnd))
}

/** Slice a row across; every plot gets its piece of the street, the ends take what is skew. */
export function sliceRow(row: Ring, ux: number, uy: number, width: number, style: Style, rnd: Random): Ring[] {
  const out: Ring[] = []
  let rest = row
  const [, high] = extent(row, ux, uy)
  const [vl, vh] = extent(row, -uy, ux)
  const depth = Math.min(vh - vl, (style.lotDepthM[1] ?? 25) * 1.6)
  let [at] = extent(row, ux, uy)
  for (let guard = 0; guard < 400; guard++) {
    let step = Math.min(Math.max(rnd.skewed(width, style.spread), width * 0.62), width * 2.6)
    if (rnd.chance(0.035)) step *= 1.9
    const target = step * depth
    let lot: Ring | null = null
    let remaining: Ring | null = null
    for (let attempt = 0; attempt < 9; attempt++) {
      const t = at + step
      if (t > high - width * 0.62) break
      const cut = splitByLine(rest, ux * t, uy * t, -uy, ux, INNER, INNER)
      const fits =
        cut.left.length === 1 &&
        cut.right.length === 1 &&
        streetLength(cut.left[0]!) >= LEAST_FRONTAGE_M * 1.6 &&
        streetLength(cut.right[0]!) >= LEAST_FRONTAGE_M * 1.6 &&
        ringArea(cut.left[0]!) > target * 0.62
      if (fits) {
        at = t
        lot = cut.left[0]!
        remaining = cut.right[0]!
        break
      }
      step += width * 0.3
    }
    if (!lot || !remaining) break
    out.push(lot)
    rest = remaining
  }
  // A last piece too small or shut in goes to its neighbour.
  const last = out[out.length - 1]
  if (last && (ringArea(rest) < width * depth * 0.5 || streetLength(rest) < LEAST_FRONTAGE_M * 1.6)) {
    const joined = joinRings(last, rest)
    if (joined) {
      out[out.length - 1] = joined
      return out
    }
  }
  out.push(rest)
  return out
}

/** Now and then a wide deep plot was parted front and back, the back one reached by a lane of its own (flag lot). */
function flagLot(lot: Ring, style: Style, rnd: Random): Ring[] {
  const area = ringArea(lot)
  if (style.name === 'estate' || style.name === 'industry' || area < 380 || area > 900 || !rnd.chance(0.3)) return [lot]
  const edge = longestStreetEdge(lot)
  if (!edge || edge.length < 13) return [lot]
  const [ix, iy] = [-edge.uy, edge.ux]
  const [low, high] = extent(lot, ix, iy)
  if (high - low < 24) return [lot]
  const at = low + (high - low) * 0.52
  const cut = splitByLine(lot, ix * at, iy * at, edge.ux, edge.uy, INNER, INNER)
  const [back, front] = [cut.left[0], cut.right[0]]
  if (cut.left.length !== 1 || cut.right.length !== 1 || !back || !front) return [lot]
  const isStart = rnd.chance(0.5)
  const [fl, fh] = extent(front, edge.ux, edge.uy)
  const t = isStart ? fl + 3.6 : fh - 3.6
  const lane = splitByLine(front, edge.ux * t, edge.uy * t, ix, iy, INNER, INNER)
  const [strip, house] = isStart ? [lane.left[0], lane.right[0]] : [lane.right[0], lane.left[0]]
  if (lane.left.length !== 1 || lane.right.length !== 1 || !strip || !house) return [lot]
  if (streetLength(strip) < LEAST_FRONTAGE_M || streetLength(house) < 6) return [lot]
  const flag = joinRings(back, strip)
  return flag ? [house, flag] : [lot]
}

export function longestStreetEdge(ring: Ring): { i: number; length: number; ux: number; uy: number } | null {
  let best: { i: number; length: number; ux: number; uy: number } | null = null
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    if (ring.tag[i]! < 0) continue
    const dx = ring.x[(i + 1) % n]! - ring.x[i]!
    const dy = ring.y[(i + 1) % n]! - ring.y[i]!
    const length = Math.hypot(dx, dy)
    if (!best || length > best.length) best = { i, length, ux: dx / length, uy: dy / length }
  }
  return best
}
