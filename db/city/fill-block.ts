import { chooseUse, type Balance } from './choose-uses.ts'
import { joinAll, shareVertices } from './join.ts'
import type { Block, Want } from './lay-blocks.ts'
import { layCoreLots } from './lay-core.ts'
import { layLots, sliceRow } from './lay-lots.ts'
import type { Strip } from './lay-water.ts'
import { placeBuildings, type Building } from './place-buildings.ts'
import { extent, INNER, isSimple, orientedBox, ringArea, sharpestCorner, streetLength, type Ring } from './ring.ts'
import type { Site } from './site.ts'
import { splitByLine } from './split.ts'
import type { Style } from './style.ts'

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
  /** The block without the alleys that lead into it; almost always one ring. */
  rings: Ring[]
  parcels: MadeParcel[]
  /** Style it was laid out in, or `strip`. */
  zone: string
}

/** Part a block into parcels; `wants` are the public purposes this block should house. Those that find no room are returned. */
export function fillBlock(
  site: Site,
  block: Block,
  wants: Want[],
  balance: Balance,
  scale: number,
): { made: MadeBlock; left: Want[] } {
  const { rnd } = site
  const parcels: MadeParcel[] = []
  const left: Want[] = []
  const add = (ring: Ring, use: string, density: 1 | 2 | 3 | null, kind: string | null) =>
    parcels.push(makeParcel(site, balance, block.style, ring, use, density, kind))
  if (block.want) {
    add(block.ring, block.want.use, null, block.want.kind)
    return { made: close(block.ring, parcels, block.style.name), left: wants }
  }
  let rest: Ring | null = block.ring
  const small: Want[] = []
  for (const want of wants) {
    const taken: { ring: Ring; rest: Ring | null } | null = rest && reserve(rest, want, rnd.chance(0.5))
    if (taken) {
      add(taken.ring, want.use, null, want.kind)
      rest = taken.rest
    } else small.push(want)
  }
  const lots = !rest ? [] : block.style.name === 'core' ? layCoreLots(site, rest, scale) : layLots(rest, block.style, scale, rnd)
  for (const ring of lots) {
    const areaM2 = ringArea(ring)
    const fit = small.findIndex((want) => want.areaM2 < areaM2 * 1.9 && want.areaM2 > areaM2 * 0.6 && areaM2 > 260)
    if (fit >= 0) {
      const [want] = small.splice(fit, 1)
      add(ring, want!.use, null, want!.kind)
      continue
    }
    // Pointed ends (لچکی) are planted, not built.
    if (block.style.name !== 'core' && sharpestCorner(ring) < 27) {
      add(ring, 'GRN', null, null)
      continue
    }
    const chosen = chooseUse(
      { areaM2, streetM: widestStreet(site, ring), isCorner: isCorner(ring), reach: site.cell.reach },
      block.style,
      rnd,
    )
    add(ring, chosen.use, chosen.density, null)
  }
  left.push(...small)
  return { made: close(block.ring, parcels, block.style.name), left }
}

/** Banks, orchards and power strips: long pieces, cut every hundred metres or so; bazaar strips into shops. */
export function fillStrip(site: Site, { ring, use }: Strip, style: Style, balance: Balance): MadeBlock | null {
  const { rnd } = site
  if (ringArea(ring) < 25 || streetLength(ring) < 2.4) return null
  const box = orientedBox(ring)
  const lots =
    use === 'bazaar'
      ? sliceRow(ring, box.ux, box.uy, 5.2, { ...style, lotDepthM: [10, 11], spread: 0.22 }, rnd)
      : box.length > 260
        ? sliceRow(ring, box.ux, box.uy, 130, { ...style, spread: 0.2, lotDepthM: [box.depth / 1.6, box.depth / 1.6] }, rnd)
        : [ring]
  const parcels = lots.map((lot) => makeParcel(site, balance, style, lot, use === 'bazaar' ? 'COM' : use, null, null))
  return close(ring, parcels, 'strip')
}

function makeParcel(
  site: Site,
  balance: Balance,
  style: Style,
  ring: Ring,
  use: string,
  density: 1 | 2 | 3 | null,
  kind: string | null,
): MadeParcel {
  const area = ringArea(ring)
  balance.totalM2 += area
  balance.byUse[use] = (balance.byUse[use] ?? 0) + area
  const buildings = placeBuildings({ ring, use, density, kind, streetM: widestStreet(site, ring), style }, site.rnd)
  return { ring, use, density, kind, frontage: mainFrontage(site, ring), style, buildings }
}

function close(ring: Ring, parcels: MadeParcel[], zone: string): MadeBlock {
  const [outer, ...rings] = shareVertices([ring, ...parcels.map((parcel) => parcel.ring)])
  rings.forEach((shared, i) => (parcels[i]!.ring = shared))
  // Rounding can spoil a needle of a plot: its block is then left whole, and green.
  if (parcels.some((parcel) => !isSimple(parcel.ring))) {
    if (!isSimple(outer!)) return { rings: [], parcels: [], zone }
    const [first] = parcels
    return { rings: [outer!], parcels: [{ ...first!, ring: outer!, use: 'GRN', density: null, kind: null, buildings: [] }], zone }
  }
  for (const parcel of parcels) parcel.buildings = parcel.buildings.filter((building) => isSimple(building.ring))
  return { rings: zone === 'core' ? joinAll(rings) : [outer!], parcels, zone }
}

/** Give a want the end of the block, or all of it. */
function reserve(ring: Ring, want: Want, isFar: boolean): { ring: Ring; rest: Ring | null } | null {
  const area = ringArea(ring)
  if (want.areaM2 < 320 || want.areaM2 > area * 1.3) return null
  if (want.areaM2 > area * 0.72) return { ring, rest: null }
  const box = orientedBox(ring)
  if (want.areaM2 / box.depth < box.depth * 0.3) return null
  const [low, high] = extent(ring, box.ux, box.uy)
  const share = want.areaM2 / area
  const t = isFar ? high - (high - low) * share : low + (high - low) * share
  const cut = splitByLine(ring, box.ux * t, box.uy * t, -box.uy, box.ux, INNER, INNER)
  if (cut.left.length !== 1 || cut.right.length !== 1) return null
  const [taken, rest] = isFar ? [cut.right[0]!, cut.left[0]!] : [cut.left[0]!, cut.right[0]!]
  if (streetLength(taken) < 10 || streetLength(rest) < 14) return null
  return { ring: taken, rest }
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
    if (tag >= 0)
      length.set(tag, (length.get(tag) ?? 0) + Math.hypot(ring.x[(i + 1) % n]! - ring.x[i]!, ring.y[(i + 1) % n]! - ring.y[i]!))
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
