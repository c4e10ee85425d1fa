import type { RoadKind } from './plan.ts'
import { extent, INNER, orientedBox, ringArea, type Ring } from './ring.ts'
import { cutStreet, type Site } from './site.ts'
import type { Style } from './style.ts'
import { splitByLine } from './split.ts'

export interface Block {
  ring: Ring
  style: Style
  /** Set when the whole block serves one purpose. */
  want: Want | null
}
/** A public purpose looking for ground, with the area it would like. */
export interface Want {
  use: string
  areaM2: number
  kind: string | null
}

/** Part a piece of ground into quarters by collectors, and those into blocks by local streets. Large wants take whole pieces on the way. */
export function layBlocks(site: Site, ring: Ring, style: Style, wants: Want[]): Block[] {
  const out: Block[] = []
  partQuarter(site, ring, style, wants, 0, out)
  return out
}

function partQuarter(site: Site, ring: Ring, style: Style, wants: Want[], level: number, out: Block[]): void {
  const { rnd } = site
  const area = ringArea(ring)
  if (area < 60) return
  const huge = area > style.quarterM2 ? takeWant(wants, Math.max(style.quarterM2, area * 0.7), area * 1.35) : null
  if (huge) {
    out.push({ ring, style, want: huge })
    return
  }
  const box = orientedBox(ring)
  const isLong = box.length > 2.6 * box.depth && area > style.quarterM2 * 0.45
  if (area > style.quarterM2 || isLong) {
    const width =
      level === 0 ? style.collectorM + 2 : area > style.quarterM2 * 1.6 ? style.collectorM : Math.max(8, style.collectorM - 3)
    const turn = ((rnd.next() - 0.5) * 2 * style.strayDeg * Math.PI) / 180
    const direction = rotate(-box.uy, box.ux, turn)
    const halves = cutAcross(site, ring, box.ux, box.uy, rnd.between(0.43, 0.57), direction, collectorKind(width))
    if (halves) {
      for (const half of halves) partQuarter(site, half, style, wants, level + 1, out)
      return
    }
  }
  const whole = takeWant(wants, Math.max(6000, area * 0.72), area * 1.5)
  if (whole) {
    out.push({ ring, style, want: whole })
    return
  }
  const part = area > 9000 && rnd.chance(0.45) ? takeWant(wants, Math.max(2600, box.depth * box.depth * 0.3), area * 0.55) : null
  if (part) {
    const share = part.areaM2 / area
    const halves = cutAcross(
      site,
      ring,
      box.ux,
      box.uy,
      rnd.chance(0.5) ? share : 1 - share,
      [-box.uy, box.ux],
      localKind(style.localM[1]),
    )
    if (halves) {
      const [small, ...large] = halves.sort((p, q) => Math.abs(ringArea(p) - part.areaM2) - Math.abs(ringArea(q) - part.areaM2))
      out.push({ ring: small!, style, want: part })
      for (const rest of large) partQuarter(site, rest, style, wants, level + 1, out)
      return
    }
    wants.push(part)
  }
  sliceQuarter(site, ring, style, out)
}

/** Parallel local streets, as many as blocks of two plots' depth need; then cross alleys where blocks are long. */
function sliceQuarter(site: Site, ring: Ring, style: Style, out: Block[]): void {
  const { rnd } = site
  const box = orientedBox(ring)
  // Plots like to look north and south: streets run east and west unless the ground is against it.
  const isLongEastWest = Math.abs(box.ux) > 0.7
  const alongLong = isLongEastWest ? rnd.chance(0.85) : rnd.chance(0.35)
  const [ux, uy, depth] = alongLong ? [box.ux, box.uy, box.depth] : [-box.uy, box.ux, box.length]
  const width = rnd.chance(0.6) ? style.localM[0] : style.localM[1]
  const blockDepth = rnd.between(style.lotDepthM[0], style.lotDepthM[1]) * 2
  const count = Math.max(1, Math.round((depth + width) / (blockDepth + width)))
  sliceRows(site, ring, ux, uy, count, blockDepth, width, style, out)
}

function sliceRows(
  site: Site,
  ring: Ring,
  ux: number,
  uy: number,
  count: number,
  blockDepth: number,
  width: number,
  style: Style,
  out: Block[],
): void {
  if (count <= 1) {
    crossBlock(site, ring, style, out)
    return
  }
  const [dx, dy] = mainDirection(ring, ux, uy)
  const half = count >> 1
  const share = (half * blockDepth + (half - 0.5) * width) / (count * blockDepth + (count - 1) * width)
  const turn = ((site.rnd.next() - 0.5) * style.strayDeg * Math.PI) / 180
  const halves = cutAcross(site, ring, -dy, dx, share, rotate(dx, dy, turn), localKind(width))
  if (!halves) {
    crossBlock(site, ring, style, out)
    return
  }
  // The first of the halves lies left of the street, that is on the far side of the cut.
  const line = site.segments[site.segments.length - 1]!.line[0]!
  for (const piece of halves) {
    const [low, high] = extent(piece, -dy, dx)
    const isFar = (low + high) / 2 > -dy * line[0] + dx * line[1]
    sliceRows(site, piece, dx, dy, isFar ? count - half : half, blockDepth, width, style, out)
  }
}

function crossBlock(site: Site, ring: Ring, style: Style, out: Block[]): void {
  const box = orientedBox(ring)
  const wanted = site.rnd.between(style.blockLengthM[0], style.blockLengthM[1])
  if (box.length > wanted * 1.45 && ringArea(ring) > 2500) {
    const width = site.rnd.chance(0.5) ? 6 : Math.max(6, style.localM[0])
    const parts = Math.round(box.length / wanted)
    const share = parts <= 2 ? site.rnd.between(0.4, 0.6) : Math.floor(parts / 2) / parts
    const halves = cutAcross(site, ring, box.ux, box.uy, share, [-box.uy, box.ux], localKind(width))
    if (halves) {
      for (const half of halves) crossBlock(site, half, style, out)
      return
    }
  }
  if (ringArea(ring) > 40) out.push({ ring, style, want: null })
}

/** Cut a street at a share of the ring's extent along (ax, ay). */
export function cutAcross(
  site: Site,
  ring: Ring,
  ax: number,
  ay: number,
  share: number,
  direction: [number, number],
  kind: RoadKind,
): Ring[] | null {
  const [low, high] = extent(ring, ax, ay)
  const at = low + (high - low) * share
  const [, middle] = centreOnCut(ring, ax, ay, at)
  const cut = cutStreet(
    site,
    ring,
    { ox: ax * at - ay * middle, oy: ay * at + ax * middle, ux: direction[0], uy: direction[1] },
    kind,
  )
  if (!cut) return null
  return [...cut.left, ...cut.right]
}

/** Half-way between the two ends of the ring where the cut will pass, so that a turned cut turns about its middle. */
function centreOnCut(ring: Ring, ax: number, ay: number, at: number): [number, number] {
  const chord = splitByLine(ring, ax * at, ay * at, -ay, ax, INNER, INNER).chords[0]
  if (!chord) return [0, 0]
  const [p, q] = [chord.line[0]!, chord.line[1]!]
  return [0, ((p[0] + q[0]) / 2) * -ay + ((p[1] + q[1]) / 2) * ax]
}

/** The direction near (ux, uy) that the ring's own edges follow, weighted by length. */
export function mainDirection(ring: Ring, ux: number, uy: number): [number, number] {
  let sx = 0
  let sy = 0
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const dx = ring.x[(i + 1) % n]! - ring.x[i]!
    const dy = ring.y[(i + 1) % n]! - ring.y[i]!
    const size = Math.hypot(dx, dy)
    const along = (dx * ux + dy * uy) / size
    if (Math.abs(along) < 0.88) continue
    sx += Math.sign(along) * dx
    sy += Math.sign(along) * dy
  }
  const size = Math.hypot(sx, sy)
  return size < 1 ? [ux, uy] : [sx / size, sy / size]
}

function takeWant(wants: Want[], low: number, high: number): Want | null {
  const at = wants.findIndex((want) => want.areaM2 >= low && want.areaM2 <= high)
  return at < 0 ? null : wants.splice(at, 1)[0]!
}
export function rotate(ux: number, uy: number, angle: number): [number, number] {
  return [ux * Math.cos(angle) - uy * Math.sin(angle), ux * Math.sin(angle) + uy * Math.cos(angle)]
}
const collectorKind = (width: number): RoadKind =>
  width >= 12 ? { class: width >= 18 ? 'arterial-2' : 'collector', widthM: width } : localKind(width)
export const localKind = (width: number): RoadKind =>
  width >= 12
    ? { class: 'collector', widthM: width }
    : width >= 8
      ? { class: 'local', widthM: width }
      : { class: 'alley', widthM: width }
