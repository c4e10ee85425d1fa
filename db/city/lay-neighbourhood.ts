import { chooseUse, listWants, type Balance } from './choose-uses.ts'
import { cutCorners, insetRing } from './inset.ts'
import { shareVertices } from './join.ts'
import { layBlocks, type Block, type Want } from './lay-blocks.ts'
import { layCoreBlocks, layCoreLots } from './lay-core.ts'
import { layCorridor, type Band } from './lay-corridor.ts'
import { layLots, sliceRow } from './lay-lots.ts'
import { placeBuildings, type Building } from './place-buildings.ts'
import type { Watercourse } from './plan.ts'
import { extent, INNER, orientedBox, perimeter, ringArea, ringCentroid, streetLength, tidy, type Ring } from './ring.ts'
import type { Site } from './site.ts'
import { splitByLine, type Curve } from './split.ts'
import type { Street } from './street.ts'
import { gardenStyle, type Style } from './style.ts'

export interface MadeParcel {
  ring: Ring
  use: string
  density: 1 | 2 | 3 | null
  kind: string | null
  /** Tag of the frontage of its address. */
  frontage: number
  buildings: Building[]
  style: Style
}
export interface MadeBlock {
  ring: Ring
  parcels: MadeParcel[]
  zone: string
}
export type OpenShared = (key: string, kind: { class: Street['class']; widthM: number }, line: [number, number][], chainageM: number, isBoulevard: boolean) => Street

/** Build one neighbourhood: streets cut the ground, water passes through, blocks are parted into plots, plots get use and house. */
export function layNeighbourhood(site: Site, style: Style, balance: Balance, scale: number, openShared: OpenShared): MadeBlock[] {
  const { cell, plan, rnd } = site
  const wants = listWants(balance, plan, cell, style, rnd)
  const base = site.frontages.length
  for (const side of cell.sides) {
    const street = openShared(side.streetKey, side, side.line, side.chainageM, side.isBoulevard)
    site.frontages.push({ street, side: side.isLeft ? 0 : 1 })
    if (side.isOwner) site.segments.push({ street, line: side.line, isDeadEnd: false })
  }
  const outline: Ring = { ...cell.outline, tag: cell.outline.tag.map((tag) => tag + base) }
  let land: Ring[] = [insetRing(outline, (tag) => site.frontages[tag]!.street.widthM / 2)]
  land = land.map((ring) => cutCorners(ring, () => Math.min(9, plan.radius * 0.008)))
  const strips: { ring: Ring; use: string }[] = []
  const gardens: Ring[] = []

  land = land.flatMap((ring) => passRiver(site, ring, strips, openShared))
  for (const madi of plan.madis) land = land.flatMap((ring) => passMadi(site, ring, madi, strips, gardens, openShared))
  if (cell.ring > 0 && cell.reach > 0.6) land = land.flatMap((ring) => passPowerLine(site, ring, strips))
  if (cell.ring === 0 && cell.sector % 3 === 0) land = land.flatMap((ring) => passBazaar(site, ring, strips, openShared))

  const blocks: Block[] = []
  for (const raw of land) {
    const ring = tidy(raw)
    if (isSliver(ring)) {
      strips.push({ ring, use: 'GRN' })
      continue
    }
    blocks.push(...(style.name === 'core' ? layCoreBlocks(site, ring, style) : layBlocks(site, ring, style, wants)))
  }
  for (const raw of gardens) blocks.push(...layBlocks(site, tidy(raw), gardenStyle(), []))
  const made: MadeBlock[] = []
  for (const block of blocks) {
    const rounded = block.style.name === 'core' ? block.ring : cutCorners(tidy(block.ring), (a, b) => cornerLeg(site, a, b))
    made.push(fillBlock(site, { ...block, ring: rounded }, wants, balance, scale))
  }
  for (const strip of strips) made.push(...fillStrip(site, tidy(strip.ring), strip.use, style, balance))
  return made.filter((block) => block.parcels.length > 0)
}

/** پخ: the wider the two streets, the longer the cut. */
function cornerLeg(site: Site, a: number, b: number): number {
  if (a < 0 || b < 0) return 0
  const width = Math.min(site.frontages[a]!.street.widthM, site.frontages[b]!.street.widthM)
  return width < 6 ? 0 : width < 9 ? 1.5 : width < 13 ? 2 : width < 20 ? 3 : 4.5
}

function passRiver(site: Site, ring: Ring, strips: { ring: Ring; use: string }[], openShared: OpenShared): Ring[] {
  const { river } = site.plan
  const half = river.widthM / 2
  const bank = half + 22
  const road = site.plan.radius < 700 ? 12 : 18
  const shared = (side: string, width: number) => openShared(`river ${side}`, { class: width >= 18 ? 'arterial-2' : 'collector', widthM: width }, chordOf(site, river.curve), chainageOf(site, river), true)
  const bands: Band[] = [
    { from: -bank - 10, to: -bank, kind: 'street', street: { kind: { class: 'local', widthM: 10 }, existing: shared('south', 10) } },
    { from: -bank, to: -half, kind: 'strip', use: 'NAT' },
    { from: -half, to: half, kind: 'water' },
    { from: half, to: bank, kind: 'strip', use: 'NAT' },
    { from: bank, to: bank + road, kind: 'street', street: { kind: { class: 'arterial-2', widthM: road }, existing: shared('north', road) } },
  ]
  const parts = layCorridor(site, ring, river.curve, bands)
  if (!parts) return [ring]
  strips.push(...parts.strips)
  return [...parts.above, ...parts.below]
}

function passMadi(site: Site, ring: Ring, madi: Watercourse, strips: { ring: Ring; use: string }[], gardens: Ring[], openShared: OpenShared): Ring[] {
  const half = madi.widthM / 2
  const hasGardens = site.cell.reach > 0.35 && site.rnd.chance(0.62)
  const depth = site.rnd.between(52, 84)
  const lane = openShared(`madi ${madi.key}`, { class: 'local', widthM: 8 }, chordOf(site, madi.curve), chainageOf(site, madi), false)
  const bands: Band[] = [
    { from: -half - 14, to: -half - 8, kind: 'street', street: { kind: { class: 'pedestrian', widthM: 6 } } },
    { from: -half - 8, to: -half, kind: 'strip', use: 'GRN' },
    { from: -half, to: half, kind: 'water' },
    { from: half, to: half + 8, kind: 'strip', use: 'GRN' },
    { from: half + 8, to: half + 16, kind: 'street', street: { kind: { class: 'local', widthM: 8 }, existing: lane } },
  ]
  if (hasGardens) {
    bands.push({ from: half + 16, to: half + 16 + depth, kind: 'strip', use: 'garden' })
    bands.push({ from: half + 16 + depth, to: half + 24 + depth, kind: 'street', street: { kind: { class: 'local', widthM: 8 } } })
  }
  const parts = layCorridor(site, ring, madi.curve, bands) ?? (hasGardens ? layCorridor(site, ring, madi.curve, bands.slice(0, 5)) : null)
  if (!parts) return [ring]
  for (const strip of parts.strips) {
    if (strip.use === 'garden' && ringArea(strip.ring) > 700) gardens.push(strip.ring)
    else strips.push(strip.use === 'garden' ? { ring: strip.ring, use: 'AGR' } : strip)
  }
  return [...parts.above, ...parts.below]
}

/** The 63 kV line crosses the outskirts over a strip of its own, a lane beside it. */
function passPowerLine(site: Site, ring: Ring, strips: { ring: Ring; use: string }[]): Ring[] {
  const bands: Band[] = [
    { from: -13, to: 13, kind: 'strip', use: 'BUF' },
    { from: 13, to: 21, kind: 'street', street: { kind: { class: 'local', widthM: 8 } } },
  ]
  const parts = layCorridor(site, ring, site.plan.powerLine, bands)
  if (!parts) return [ring]
  strips.push(...parts.strips)
  return [...parts.above, ...parts.below]
}

/** A bazaar runs out from the square: a lane for walking between two rows of small shops. */
function passBazaar(site: Site, ring: Ring, strips: { ring: Ring; use: string }[], openShared: OpenShared): Ring[] {
  const { cell, plan } = site
  const [cx, cy] = cell.centre
  const angle = Math.atan2(cy, cx)
  const bend = site.rnd.between(4, 7)
  const curve: Curve = { ox: 0, oy: 0, ux: Math.cos(angle), uy: Math.sin(angle), step: 14, height: (x) => bend * Math.sin(x / 45) + 2 * Math.sin(x / 13) }
  const lane = openShared(`bazaar ${cell.index}`, { class: 'pedestrian', widthM: 5 }, chordOf(site, curve), 0, false)
  void plan
  const bands: Band[] = [
    { from: -13, to: -2.5, kind: 'strip', use: 'bazaar' },
    { from: -2.5, to: 2.5, kind: 'street', street: { kind: { class: 'pedestrian', widthM: 5 }, existing: lane } },
    { from: 2.5, to: 13, kind: 'strip', use: 'bazaar' },
  ]
  const parts = layCorridor(site, ring, curve, bands)
  if (!parts) return [ring]
  strips.push(...parts.strips)
  return [...parts.above, ...parts.below]
}

function fillBlock(site: Site, block: Block, wants: Want[], balance: Balance, scale: number): MadeBlock {
  const { rnd } = site
  const parcels: MadeParcel[] = []
  const add = (ring: Ring, use: string, density: 1 | 2 | 3 | null, kind: string | null) => {
    const streetM = widestStreet(site, ring)
    parcels.push({ ring, use, density, kind, frontage: mainFrontage(site, ring), style: block.style, buildings: placeBuildings({ ring, use, density, kind, streetM, style: block.style }, rnd) })
    const area = ringArea(ring)
    balance.totalM2 += area
    balance.byUse[use] = (balance.byUse[use] ?? 0) + area
  }
  let rest: Ring = block.ring
  if (block.want) {
    add(rest, block.want.use, null, block.want.kind)
    return close(block, parcels)
  }
  const taken = reserve(rest, wants, rnd.chance(0.5))
  if (taken) {
    add(taken.ring, taken.want.use, null, taken.want.kind)
    if (!taken.rest) return close(block, parcels)
    rest = taken.rest
  }
  const lots = block.style.name === 'core' ? layCoreLots(site, rest, scale) : layLots(rest, block.style, scale, rnd)
  for (const ring of lots) {
    const areaM2 = ringArea(ring)
    const small = wants.findIndex((want) => want.areaM2 < areaM2 * 1.7 && want.areaM2 > areaM2 * 0.7 && areaM2 > 300)
    if (small >= 0) {
      const [want] = wants.splice(small, 1)
      add(ring, want!.use, null, want!.kind)
      continue
    }
    const chosen = chooseUse({ areaM2, streetM: widestStreet(site, ring), isCorner: isCorner(ring), reach: site.cell.reach }, block.style, rnd)
    add(ring, chosen.use, chosen.density, null)
  }
  return close(block, parcels)
}

function close(block: Block, parcels: MadeParcel[]): MadeBlock {
  const [ring, ...rings] = shareVertices([block.ring, ...parcels.map((parcel) => parcel.ring)])
  rings.forEach((shared, i) => (parcels[i]!.ring = shared))
  return { ring: ring!, parcels, zone: block.style.name }
}

/** Give one want of fitting size the end of the block, or all of it. */
function reserve(ring: Ring, wants: Want[], isFar: boolean): { ring: Ring; rest: Ring | null; want: Want } | null {
  const area = ringArea(ring)
  const at = wants.findIndex((want) => want.areaM2 < area * 1.25 && want.areaM2 > 320 && (want.areaM2 > area * 0.75 || want.areaM2 < area * 0.7))
  if (at < 0) return null
  const want = wants[at]!
  if (want.areaM2 > area * 0.75) {
    wants.splice(at, 1)
    return { ring, rest: null, want }
  }
  const box = orientedBox(ring)
  if (want.areaM2 / box.depth < box.depth * 0.3) return null
  const [low, high] = extent(ring, box.ux, box.uy)
  const share = want.areaM2 / area
  const t = isFar ? high - (high - low) * share : low + (high - low) * share
  const cut = splitByLine(ring, box.ux * t, box.uy * t, -box.uy, box.ux, INNER, INNER)
  if (cut.left.length !== 1 || cut.right.length !== 1) return null
  const [taken, rest] = isFar ? [cut.right[0]!, cut.left[0]!] : [cut.left[0]!, cut.right[0]!]
  if (streetLength(taken) < 10 || streetLength(rest) < 14) return null
  wants.splice(at, 1)
  return { ring: taken, rest, want }
}

/** Banks, orchards and power strips: long pieces, cut every hundred metres or so; bazaar strips into shops. */
function fillStrip(site: Site, ring: Ring, use: string, style: Style, balance: Balance): MadeBlock[] {
  const { rnd } = site
  const area = ringArea(ring)
  if (area < 25 || streetLength(ring) < 2.4) return []
  const box = orientedBox(ring)
  const shopStyle: Style = { ...style, lotDepthM: [10, 11], spread: 0.22 }
  const lots =
    use === 'bazaar' ? sliceRow(ring, box.ux, box.uy, 5.2, shopStyle, rnd)
    : box.length > 260 && use !== 'AGR' ? sliceRow(ring, box.ux, box.uy, 130, { ...style, spread: 0.2, lotDepthM: [box.depth / 1.6, box.depth / 1.6] }, rnd)
    : [ring]
  const parcels = lots.map((lot): MadeParcel => {
    const lotUse = use === 'bazaar' ? 'COM' : use
    const streetM = widestStreet(site, lot)
    balance.totalM2 += ringArea(lot)
    balance.byUse[lotUse] = (balance.byUse[lotUse] ?? 0) + ringArea(lot)
    return { ring: lot, use: lotUse, density: null, kind: null, frontage: mainFrontage(site, lot), style, buildings: placeBuildings({ ring: lot, use: lotUse, density: null, kind: null, streetM, style }, rnd) }
  })
  return [{ ...close({ ring, style, want: null }, parcels), zone: 'strip' }]
}

function widestStreet(site: Site, ring: Ring): number {
  let widest = 0
  for (const tag of ring.tag) if (tag >= 0) widest = Math.max(widest, site.frontages[tag]!.street.widthM)
  return widest
}
/** The side of the address: long and on a wide street. */
function mainFrontage(site: Site, ring: Ring): number {
  const length = new Map<number, number>()
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const tag = ring.tag[i]!
    if (tag >= 0) length.set(tag, (length.get(tag) ?? 0) + Math.hypot(ring.x[(i + 1) % n]! - ring.x[i]!, ring.y[(i + 1) % n]! - ring.y[i]!))
  }
  let best = INNER
  let score = 0
  for (const [tag, metres] of length) {
    const value = metres * (1 + site.frontages[tag]!.street.widthM / 18)
    if (value > score) [best, score] = [tag, value]
  }
  return best
}
const isCorner = (ring: Ring): boolean => new Set(ring.tag.filter((tag) => tag >= 0)).size > 1
function isSliver(ring: Ring): boolean {
  const area = ringArea(ring)
  const round = perimeter(ring)
  return area < 700 || area / (round * round) < 0.012
}
/** The stretch of a curve near this neighbourhood, for numbering houses along it. */
function chordOf(site: Site, curve: Curve): [number, number][] {
  const [cx, cy] = ringCentroid(site.cell.outline)
  return [[cx - curve.ux * 900, cy - curve.uy * 900], [cx + curve.ux * 900, cy + curve.uy * 900]]
}
function chainageOf(site: Site, water: Watercourse): number {
  const [low] = extent(site.cell.outline, water.curve.ux, water.curve.uy)
  return Math.max(0, low - water.fromX)
}
