import { joinRings, shareVertices } from './join.ts'
import { localKind, rotate, type Block } from './lay-blocks.ts'
import { longestStreetEdge } from './lay-lots.ts'
import { extent, INNER, orientedBox, perimeter, ringArea, ringCentroid, sharpestCorner, streetLength, type Ring } from './ring.ts'
import { addSegment, cutStreet, openStreet, type Site } from './site.ts'
import { splitByLine, type Curve } from './split.ts'
import type { Style } from './style.ts'

/** Part a piece of the old town by bent lanes, no two alike, down to blocks. */
export function layCoreBlocks(site: Site, ring: Ring, style: Style, level = 0): Block[] {
  const { rnd } = site
  const area = ringArea(ring)
  const limit = rnd.between(4200, 9000)
  if (area < limit) return area > 40 ? [{ ring, style, want: null }] : []
  const box = orientedBox(ring)
  const width = area > 40000 ? 8 : area > 16000 ? 6 : 5
  for (let attempt = 0; attempt < 3; attempt++) {
    const curve = bentLine(site, ring, box.ux, box.uy, rnd.between(0.37, 0.63), 15)
    const cut = cutStreet(site, ring, curve, width === 5 ? { class: 'alley', widthM: 5 } : localKind(width))
    if (cut) return [...cut.left, ...cut.right].flatMap((part) => layCoreBlocks(site, part, style, level + 1))
  }
  return [{ ring, style, want: null }]
}

/** A line across the ring at a share of its length, bending a few metres as old lanes do. */
function bentLine(site: Site, ring: Ring, ax: number, ay: number, share: number, strayDeg: number): Curve {
  const { rnd } = site
  const [low, high] = extent(ring, ax, ay)
  const at = low + (high - low) * share
  const [cx, cy] = ringCentroid(ring)
  const along = cx * ax + cy * ay
  const [ux, uy] = rotate(-ay, ax, ((rnd.next() - 0.5) * 2 * strayDeg * Math.PI) / 180)
  const bends = [rnd.between(-4, 4), rnd.between(-2.4, 2.4), rnd.between(0, 6), rnd.between(0, 6)]
  const size = high - low
  const height = (x: number) =>
    bends[0]! * Math.sin((x / Math.max(70, size)) * 4 + bends[2]!) + bends[1]! * Math.sin(x / 11 + bends[3]!)
  return { ox: cx + ax * (at - along), oy: cy + ay * (at - along), ux, uy, step: 17, height }
}

/** Part a block of the old town into uneven plots; where the inside has no way out, a dead-end alley (بن‌بست) is led in. */
export function layCoreLots(site: Site, ring: Ring, scale: number): Ring[] {
  const out: Ring[] = []
  divide(site, ring, scale, 0, out)
  return out
}

function divide(site: Site, ring: Ring, scale: number, depth: number, out: Ring[]): void {
  const { rnd } = site
  const area = ringArea(ring)
  const target = Math.min(Math.max(rnd.skewed(150, 0.5) * scale, 62), 900)
  if (area < target * 1.55 || area < 120 || depth > 14) {
    out.push(ring)
    return
  }
  const box = orientedBox(ring)
  if (area > 520 && depth > 0 && isDeep(ring) && rnd.chance(0.8)) {
    const parts = leadAlleyIn(site, ring)
    if (parts) {
      for (const part of parts) divide(site, part, scale, depth + 1, out)
      return
    }
  }
  for (let attempt = 0; attempt < 7; attempt++) {
    const across = attempt < 4 && box.length > box.depth * 1.15 ? true : attempt % 2 === 0
    const [ax, ay] = across ? [box.ux, box.uy] : [-box.uy, box.ux]
    const [low, high] = extent(ring, ax, ay)
    const at = low + (high - low) * rnd.between(0.36, 0.64)
    const [cx, cy] = ringCentroid(ring)
    const shift = at - (cx * ax + cy * ay)
    const [ux, uy] = rotate(-ay, ax, ((rnd.next() - 0.5) * 22 * Math.PI) / 180)
    const cut = splitByLine(ring, cx + ax * shift, cy + ay * shift, ux, uy, INNER, INNER)
    if (cut.left.length !== 1 || cut.right.length !== 1) continue
    if ([cut.left[0]!, cut.right[0]!].some((part) => !isUsable(part))) continue
    divide(site, cut.left[0]!, scale, depth + 1, out)
    divide(site, cut.right[0]!, scale, depth + 1, out)
    return
  }
  const parts = area > 300 ? leadAlleyIn(site, ring) : null
  if (!parts) out.push(ring)
  else for (const part of parts) divide(site, part, scale, depth + 1, out)
}

function isUsable(ring: Ring): boolean {
  const area = ringArea(ring)
  if (area < 48 || streetLength(ring) < 2.6 || sharpestCorner(ring) < 26) return false
  const round = perimeter(ring)
  return area / (round * round) > 0.034
}

/** Whether much of the ring lies far from its street. */
function isDeep(ring: Ring): boolean {
  const edge = longestStreetEdge(ring)
  if (!edge) return false
  const [low, high] = extent(ring, -edge.uy, edge.ux)
  return high - low > 27
}

/** A dead-end alley from the street into the ring: the ring in two parts that both border it, or null. */
export function leadAlleyIn(site: Site, ring: Ring): Ring[] | null {
  const { rnd } = site
  const edge = longestStreetEdge(ring)
  if (!edge || edge.length < 9) return null
  const next = (edge.i + 1) % ring.x.length
  const f = rnd.between(0.35, 0.65)
  const px = ring.x[edge.i]! + (ring.x[next]! - ring.x[edge.i]!) * f
  const py = ring.y[edge.i]! + (ring.y[next]! - ring.y[edge.i]!) * f
  const [ux, uy] = rotate(-edge.uy, edge.ux, ((rnd.next() - 0.5) * 16 * Math.PI) / 180)
  const chord = splitByLine(ring, px, py, ux, uy, INNER, INNER).chords.find(
    (c) => Math.hypot(c.line[0]![0] - px, c.line[0]![1] - py) < 0.5,
  )
  if (!chord) return null
  const whole = Math.hypot(chord.line[1]![0] - px, chord.line[1]![1] - py)
  const reach = whole - Math.max(9, whole * rnd.between(0.24, 0.36))
  if (reach < 11) return null
  const width = rnd.pick([3, 3.5, 4])
  const probe = { left: site.frontages.length, right: site.frontages.length + 1 }
  const upper = splitByLine(ring, px - (uy * width) / 2, py + (ux * width) / 2, ux, uy, probe.left, INNER)
  if (upper.left.length !== 1 || upper.right.length !== 1) return null
  const lower = splitByLine(upper.right[0]!, px + (uy * width) / 2, py - (ux * width) / 2, ux, uy, INNER, probe.right)
  if (lower.left.length !== 1 || lower.right.length !== 1) return null
  // The strip beyond the alley's end goes to the larger side. Left of a line that runs to the left of the alley lies its mouth.
  const end = splitByLine(lower.left[0]!, px + ux * reach, py + uy * reach, -uy, ux, INNER, INNER)
  if (end.left.length !== 1 || end.right.length !== 1) return null
  const far = end.right[0]!
  const [left, right] = [upper.left[0]!, lower.right[0]!]
  if (ringArea(left) < 70 || ringArea(right) < 70) return null
  const isLeftLarger = ringArea(left) > ringArea(right)
  const taker = isLeftLarger ? left : right
  const other = isLeftLarger ? right : left
  const takerTag = isLeftLarger ? probe.left : probe.right
  far.tag = far.tag.map((tag, i) => (isMouthEdge(far, i, px + ux * reach, py + uy * reach, ux, uy) ? takerTag : tag))
  const joined = joinRings(taker, far)
  if (!joined) return null
  const [shared, farShared] = shareVertices([other, far])
  const twins = new Set(farShared!.x.map((_, i) => edgeText(farShared!, i, true)))
  shared!.tag = shared!.tag.map((tag, i) => (twins.has(edgeText(shared!, i, false)) ? INNER : tag))
  const { street } = openStreet(site, { class: 'alley', widthM: width }, true)
  addSegment(
    site,
    street,
    [
      [px, py],
      [px + ux * reach, py + uy * reach],
    ].map(([x, y]) => [Math.round(x! * 1000) / 1000, Math.round(y! * 1000) / 1000]),
    ring.tag[edge.i]!,
    INNER,
    true,
  )
  return [joined, shared!]
}

function isMouthEdge(ring: Ring, i: number, x: number, y: number, ux: number, uy: number): boolean {
  const j = (i + 1) % ring.x.length
  const at = (k: number) => Math.abs((ring.x[k]! - x) * ux + (ring.y[k]! - y) * uy)
  return at(i) < 0.08 && at(j) < 0.08
}
function edgeText(ring: Ring, i: number, isReversed: boolean): string {
  const j = (i + 1) % ring.x.length
  const [p, q] = isReversed ? [j, i] : [i, j]
  return `${ring.x[p]} ${ring.y[p]} ${ring.x[q]} ${ring.y[q]}`
}
