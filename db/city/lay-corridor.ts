import type { RoadKind } from './plan.ts'
import { INNER, WATER, type Ring } from './ring.ts'
import { addSegment, faceStreet, openStreet, type Site } from './site.ts'
import { splitByCurve, type Curve } from './split.ts'
import type { Street } from './street.ts'

/** One band of a corridor, from `from` to `to` metres left of its curve. */
export interface Band {
  from: number
  to: number
  kind: 'street' | 'strip' | 'water'
  /** What the strip will be used for, or the street's class and name. */
  use?: string
  street?: { kind: RoadKind; existing?: Street }
}
export interface CorridorParts {
  above: Ring[]
  below: Ring[]
  strips: { ring: Ring; use: string }[]
}

/** Lay a river, madi, bazaar or power line through a piece of ground: bands side by side along a curve, listed from right to left. */
export function layCorridor(site: Site, ring: Ring, curve: Curve, bands: Band[]): CorridorParts | null {
  const low = bands[0]!.from
  const high = bands[bands.length - 1]!.to
  const probe = splitByCurve(ring, curve, low, INNER, INNER)
  if (probe.left.length === 0) return null
  const far = splitByCurve(ring, curve, high, INNER, INNER)
  if (far.right.length === 0) return null

  // What an edge sees when it looks into each band, from above (left) and from below (right).
  const seen = bands.map((band) => {
    if (band.kind === 'water') return { fromLeft: WATER, fromRight: WATER }
    if (band.kind === 'strip') return { fromLeft: INNER, fromRight: INNER }
    const opened = band.street!.existing
      ? { street: band.street!.existing, ...faceStreet(site, band.street!.existing) }
      : openStreet(site, band.street!.kind)
    for (const chord of splitByCurve(ring, curve, (band.from + band.to) / 2, INNER, INNER).chords) {
      addSegment(site, opened.street, chord.line, chord.fromTag, chord.toTag)
    }
    return { fromLeft: opened.leftTag, fromRight: opened.rightTag }
  })
  const out: CorridorParts = { above: [], below: [], strips: [] }
  let rest: Ring[] = [ring]
  for (let b = 0; b < bands.length; b++) {
    const below: Ring[] = []
    const next: Ring[] = []
    const lookingDown = b === 0 ? INNER : seen[b - 1]!.fromLeft
    for (const part of rest) {
      const cut = splitByCurve(part, curve, bands[b]!.from, lookingDown, seen[b]!.fromRight)
      below.push(...cut.right)
      next.push(...cut.left)
    }
    if (b === 0) out.below.push(...below)
    else if (bands[b - 1]!.kind === 'strip') out.strips.push(...below.map((r) => ({ ring: r, use: bands[b - 1]!.use! })))
    rest = next
  }
  const last = bands[bands.length - 1]!
  for (const part of rest) {
    const cut = splitByCurve(part, curve, high, seen[bands.length - 1]!.fromLeft, INNER)
    out.above.push(...cut.left)
    if (last.kind === 'strip') out.strips.push(...cut.right.map((r) => ({ ring: r, use: last.use! })))
  }
  return out
}
