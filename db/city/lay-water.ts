import { layCorridor, type Band } from './lay-corridor.ts'
import type { StreetClass, Watercourse } from './plan.ts'
import { extent, ringArea, ringCentroid, type Ring } from './ring.ts'
import type { Site } from './site.ts'
import type { Curve, Polyline } from './split.ts'
import type { Street } from './street.ts'

/** Ground on its way to becoming blocks: what is left for building, and what is already something. */
export interface Ground {
  land: Ring[]
  /** Land on the far bank of the river. */
  beyond: Ring[]
  gardens: Ring[]
  strips: Strip[]
}
/** A long piece that serves one purpose: a bank, a bazaar row, the strip under a power line. */
export interface Strip {
  ring: Ring
  use: string
}
/** Opens a street that other neighbourhoods share, by its key. */
export type OpenShared = (
  key: string,
  kind: { class: StreetClass; widthM: number },
  line: Polyline,
  chainageM: number,
  isBoulevard: boolean,
) => Street

/** The river with its banks, a boulevard on the town's side and a lane on the other. */
export function passRiver(site: Site, ring: Ring, ground: Ground, openShared: OpenShared): Ring[] {
  const { river } = site.plan
  const half = river.widthM / 2
  const bank = half + 22
  const road = site.plan.radius < 700 ? 12 : 18
  const shared = (side: string, width: number) =>
    openShared(
      `river ${side}`,
      { class: width >= 18 ? 'arterial-2' : width >= 12 ? 'collector' : 'local', widthM: width },
      chordOf(site, river.curve),
      chainageOf(site, river),
      true,
    )
  const bands: Band[] = [
    {
      from: -bank - 10,
      to: -bank,
      kind: 'street',
      street: { kind: { class: 'local', widthM: 10 }, existing: shared('south', 10) },
    },
    { from: -bank, to: -half, kind: 'strip', use: 'NAT' },
    { from: -half, to: half, kind: 'water' },
    { from: half, to: bank, kind: 'strip', use: 'NAT' },
    {
      from: bank,
      to: bank + road,
      kind: 'street',
      street: { kind: { class: 'arterial-2', widthM: road }, existing: shared('north', road) },
    },
  ]
  const parts = layCorridor(site, ring, river.curve, bands)
  if (!parts) {
    if (!isBeyond(river.curve, ...ringCentroid(ring))) return [ring]
    ground.beyond.push(ring)
    return []
  }
  ground.strips.push(...parts.strips)
  ground.beyond.push(...parts.below)
  return parts.above
}

/** A madi between two rows of trees, a lane on one side and a footway on the other; orchards along it outside the old town. */
export function passMadi(site: Site, ring: Ring, madi: Watercourse, ground: Ground, openShared: OpenShared): Ring[] {
  const half = madi.widthM / 2
  const hasGardens = site.cell.reach > 0.4 && site.rnd.chance(0.6)
  const depth = site.rnd.between(52, 84)
  const lane = openShared(
    `madi ${madi.key}`,
    { class: 'local', widthM: 8 },
    chordOf(site, madi.curve),
    chainageOf(site, madi),
    false,
  )
  const bands: Band[] = [
    { from: -half - 14, to: -half - 8, kind: 'street', street: { kind: { class: 'pedestrian', widthM: 6 } } },
    { from: -half - 8, to: -half, kind: 'strip', use: 'GRN' },
    { from: -half, to: half, kind: 'water' },
    { from: half, to: half + 8, kind: 'strip', use: 'GRN' },
    { from: half + 8, to: half + 16, kind: 'street', street: { kind: { class: 'local', widthM: 8 }, existing: lane } },
  ]
  const withGardens: Band[] = [
    ...bands,
    { from: half + 16, to: half + 16 + depth, kind: 'strip', use: 'garden' },
    { from: half + 16 + depth, to: half + 24 + depth, kind: 'street', street: { kind: { class: 'local', widthM: 8 } } },
  ]
  const parts =
    (hasGardens ? layCorridor(site, ring, madi.curve, withGardens) : null) ?? layCorridor(site, ring, madi.curve, bands)
  if (!parts) return [ring]
  for (const strip of parts.strips) {
    if (strip.use !== 'garden') ground.strips.push(strip)
    else if (ringArea(strip.ring) > 700) ground.gardens.push(strip.ring)
    else ground.strips.push({ ring: strip.ring, use: 'AGR' })
  }
  return [...parts.above, ...parts.below]
}

/** The 63 kV line crosses the outskirts over a strip of its own, a lane beside it. */
export function passPowerLine(site: Site, ring: Ring, ground: Ground): Ring[] {
  const bands: Band[] = [
    { from: -17, to: -13, kind: 'street', street: { kind: { class: 'pedestrian', widthM: 4 } } },
    { from: -13, to: 13, kind: 'strip', use: 'BUF' },
    { from: 13, to: 21, kind: 'street', street: { kind: { class: 'local', widthM: 8 } } },
  ]
  const parts = layCorridor(site, ring, site.plan.powerLine, bands)
  if (!parts) return [ring]
  ground.strips.push(...parts.strips)
  return [...parts.above, ...parts.below]
}

/** A bazaar runs out from the square: a lane for walking between two rows of small shops. */
export function passBazaar(site: Site, ring: Ring, ground: Ground, openShared: OpenShared): Ring[] {
  const [cx, cy] = site.cell.centre
  const angle = Math.atan2(cy, cx)
  const bend = site.rnd.between(4, 7)
  const curve: Curve = {
    ox: 0,
    oy: 0,
    ux: Math.cos(angle),
    uy: Math.sin(angle),
    step: 14,
    height: (x) => bend * Math.sin(x / 45) + 2 * Math.sin(x / 13),
  }
  const lane = openShared(`bazaar ${site.cell.index}`, { class: 'pedestrian', widthM: 5 }, chordOf(site, curve), 0, false)
  const bands: Band[] = [
    { from: -13, to: -2.5, kind: 'strip', use: 'bazaar' },
    { from: -2.5, to: 2.5, kind: 'street', street: { kind: { class: 'pedestrian', widthM: 5 }, existing: lane } },
    { from: 2.5, to: 13, kind: 'strip', use: 'bazaar' },
  ]
  const parts = layCorridor(site, ring, curve, bands)
  if (!parts) return [ring]
  ground.strips.push(...parts.strips)
  return [...parts.above, ...parts.below]
}

/** Whether a place lies on the right, that is the far, side of the river's curve. */
export function isBeyond(curve: Curve, x: number, y: number): boolean {
  const fx = (x - curve.ox) * curve.ux + (y - curve.oy) * curve.uy
  const fy = (y - curve.oy) * curve.ux - (x - curve.ox) * curve.uy
  return fy < curve.height(fx)
}
/** The stretch of a curve near this neighbourhood, for numbering houses along it. */
function chordOf(site: Site, curve: Curve): Polyline {
  const [cx, cy] = ringCentroid(site.cell.outline)
  return [
    [cx - curve.ux * 900, cy - curve.uy * 900],
    [cx + curve.ux * 900, cy + curve.uy * 900],
  ]
}
function chainageOf(site: Site, water: Watercourse): number {
  const [low] = extent(site.cell.outline, water.curve.ux, water.curve.uy)
  return Math.max(0, low - water.fromX)
}
