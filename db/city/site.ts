import type { Cell } from './cell.ts'
import type { Name } from './names.ts'
import type { CityPlan, RoadKind } from './plan.ts'
import type { Random } from './random.ts'
import { INNER, type Ring } from './ring.ts'
import { splitByCurve, splitByLine, type Curve, type Polyline, type Split } from './split.ts'
import { CLASS_ORDER, type Frontages, type Street } from './street.ts'

/** One neighbourhood under construction: its frontages, streets and the randomness of its own. */
export interface Site {
  plan: CityPlan
  cell: Cell
  name: Name
  rnd: Random
  frontages: Frontages
  streets: Street[]
  segments: { street: Street; line: Polyline; isDeadEnd: boolean }[]
  /** Names that are not to come twice: of streets that pass by, of public places. Persian. */
  takenNames: Set<string>
  nameStreet(kind: 'street' | 'alley' | 'dead-end'): Name
  nextStreetId(): number
}
export interface StraightCut {
  ox: number
  oy: number
  ux: number
  uy: number
}

/** Open a street of this neighbourhood; its frontages are added, the tag of its left side is returned with it. */
export function openStreet(site: Site, kind: RoadKind, isDeadEnd = false): { street: Street; leftTag: number; rightTag: number } {
  const isStreet = kind.class === 'collector' || kind.class === 'arterial-2' || (kind.class === 'local' && kind.widthM >= 10)
  const [nameFa, nameEn] = site.nameStreet(isDeadEnd ? 'dead-end' : isStreet ? 'street' : 'alley')
  const street: Street = {
    ...kind,
    id: 0,
    nameFa,
    nameEn,
    isDeadEnd,
    parent: null,
    line: [],
    firstNumber: 1,
    plannedWidthM: planWidening(site.rnd, kind),
    record: { isWritten: false, lastNumber: [0, 0] },
  }
  site.streets.push(street)
  return { street, ...faceStreet(site, street) }
}

/** Some collectors are to be wider one day: the plan's width, or null. */
function planWidening(rnd: Random, kind: RoadKind): number | null {
  return kind.class === 'collector' && kind.widthM >= 13 && rnd.chance(0.14) ? kind.widthM + rnd.whole(2, 5) : null
}

/** Tags for the two sides of a street that exists already. */
export function faceStreet(site: Site, street: Street): { leftTag: number; rightTag: number } {
  site.frontages.push({ street, side: 0 }, { street, side: 1 })
  return { leftTag: site.frontages.length - 2, rightTag: site.frontages.length - 1 }
}

/** Cut a street through a ring: what is left of it on both sides, or null when it would miss the ring. */
export function cutStreet(
  site: Site,
  ring: Ring,
  cut: StraightCut | Curve,
  kind: RoadKind,
): { left: Ring[]; right: Ring[] } | null {
  const half = kind.widthM / 2
  const split = (target: Ring, offset: number, leftTag: number, rightTag: number): Split =>
    'height' in cut
      ? splitByCurve(target, cut, offset, leftTag, rightTag)
      : splitByLine(target, cut.ox - cut.uy * offset, cut.oy + cut.ux * offset, cut.ux, cut.uy, leftTag, rightTag)
  const centre = split(ring, 0, INNER, INNER)
  if (centre.left.length === 0 || centre.right.length === 0) return null
  const { street, leftTag, rightTag } = openStreet(site, kind)
  const upper = split(ring, half, leftTag, INNER)
  const right = upper.right.flatMap((rest) => split(rest, -half, INNER, rightTag).right)
  if (upper.left.length === 0 || right.length === 0) {
    site.streets.pop()
    site.frontages.length -= 2
    return null
  }
  for (const chord of centre.chords) addSegment(site, street, chord.line, chord.fromTag, chord.toTag)
  return { left: upper.left, right }
}

/** Add a segment, lengthened at both ends to the centre of the street it meets. */
export function addSegment(site: Site, street: Street, line: Polyline, fromTag: number, toTag: number, isDeadEnd = false): void {
  const full = line.map(([x, y]) => [x, y] as [number, number])
  lengthen(full, 0, 1, reach(site, fromTag))
  if (!isDeadEnd) lengthen(full, full.length - 1, full.length - 2, reach(site, toTag))
  if (street.line.length === 0) street.line = full
  for (const tag of isDeadEnd ? [fromTag] : [fromTag, toTag]) {
    const met = tag >= 0 ? site.frontages[tag]!.street : null
    if (met && met !== street && (!street.parent || rank(met) < rank(street.parent))) street.parent = met
  }
  site.segments.push({ street, line: full, isDeadEnd })
}

/** The wider and higher class comes first. */
export const rank = (street: Street): number => CLASS_ORDER.indexOf(street.class) * 100 - street.widthM

const reach = (site: Site, tag: number): number => (tag >= 0 ? site.frontages[tag]!.street.widthM / 2 : 0)
function lengthen(line: Polyline, end: number, before: number, metres: number): void {
  const [x, y] = line[end]!
  const [px, py] = line[before]!
  const size = Math.hypot(x - px, y - py) || 1
  line[end] = [
    Math.round((x + ((x - px) / size) * metres) * 1000) / 1000,
    Math.round((y + ((y - py) / size) * metres) * 1000) / 1000,
  ]
}
