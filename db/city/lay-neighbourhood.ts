import { listWants, type Balance } from './choose-uses.ts'
import { fillBlock, fillStrip, type MadeBlock } from './fill-block.ts'
import { cutCorners, insetRing } from './inset.ts'
import { shareVertices } from './join.ts'
import { layBlocks, type Block, type Want } from './lay-blocks.ts'
import { layCoreBlocks } from './lay-core.ts'
import { passBazaar, passMadi, passPowerLine, passRiver, type Ground, type OpenShared } from './lay-water.ts'
import { perimeter, ringArea, tidy, toMillimetre, type Ring } from './ring.ts'
import { faceStreet, type Site } from './site.ts'
import { gardenStyle, villaStyle, type Style } from './style.ts'

/** Build one neighbourhood: streets cut the ground, water passes through, blocks are parted into plots, plots get use and house. */
export function layNeighbourhood(site: Site, style: Style, balance: Balance, scale: number, openShared: OpenShared): MadeBlock[] {
  const { cell, plan, rnd } = site
  const wants = listWants(balance, plan, cell, style, rnd)
  const ground = layGround(site, openShared)
  const blocks: Block[] = []
  const isOpen = style.name === 'fields' && rnd.chance(0.45)
  for (const raw of isOpen ? [] : ground.land) {
    const ring = tidy(raw)
    if (isSliver(ring)) ground.strips.push({ ring, use: 'GRN' })
    else blocks.push(...(style.name === 'core' ? layCoreBlocks(site, ring, style) : layBlocks(site, ring, style, wants)))
  }
  const farStyle = style.name === 'fields' ? style : cell.index % 2 === 0 ? gardenStyle() : villaStyle()
  for (const raw of ground.beyond) {
    const ring = tidy(raw)
    if (isSliver(ring)) ground.strips.push({ ring, use: 'AGR' })
    else blocks.push(...layBlocks(site, ring, farStyle, []))
  }
  for (const raw of ground.gardens) blocks.push(...layBlocks(site, tidy(raw), gardenStyle(), []))
  const made = fillBlocks(site, blocks, wants, balance, scale)
  for (const strip of ground.strips) {
    const block = fillStrip(site, { ring: tidy(strip.ring), use: strip.use }, style, balance)
    if (block) made.push(block)
  }
  const full = made.filter((block) => block.parcels.length > 0)
  // Bazaar rows back onto the blocks behind them: their borders must be one line.
  if (style.name === 'core') shareBorders(full)
  return full
}

function shareBorders(blocks: MadeBlock[]): void {
  const parcels = blocks.flatMap((block) => block.parcels)
  const shared = shareVertices([...parcels.map((parcel) => parcel.ring), ...blocks.flatMap((block) => block.rings)])
  parcels.forEach((parcel, i) => (parcel.ring = shared[i]!))
  let at = parcels.length
  for (const block of blocks) block.rings = block.rings.map(() => shared[at++]!)
}

/** The ground inside the streets around the neighbourhood, with water, bazaar and power line taken out of it. */
function layGround(site: Site, openShared: OpenShared): Ground {
  const { cell, plan } = site
  const base = site.frontages.length
  for (const side of cell.sides) {
    const street = openShared(side.streetKey, side, side.line, side.chainageM, side.isBoulevard)
    site.frontages.push({ street, side: side.isLeft ? 0 : 1 })
    if (side.isOwner) site.segments.push({ street, line: side.line, isDeadEnd: false })
  }
  const outline: Ring = { ...cell.outline, tag: cell.outline.tag.map((tag) => tag + base) }
  const inset = insetRing(outline, (tag) => site.frontages[tag]!.street.widthM / 2)
  const ground: Ground = {
    land: inset ? [cutCorners(inset, () => Math.min(9, plan.radius * 0.008))] : [],
    beyond: [],
    gardens: [],
    strips: [],
  }
  if (cell.index === 0) ground.strips.push({ ring: layIsland(site, base + 2), use: 'GRN' })
  const pass = (through: (ring: Ring) => Ring[]) => (ground.land = ground.land.flatMap(through))
  pass((ring) => passRiver(site, ring, ground, openShared))
  for (const madi of plan.madis) pass((ring) => passMadi(site, ring, madi, ground, openShared))
  if (cell.ring > 0 && cell.reach > 0.6) pass((ring) => passPowerLine(site, ring, ground))
  if (cell.ring === 0 && cell.sector % 3 === 0) pass((ring) => passBazaar(site, ring, ground, openShared))
  return ground
}

/** The green island in the middle of the square. */
function layIsland(site: Site, squareTag: number): Ring {
  const radius = site.plan.rings[0]! - site.plan.squareWidth / 2
  const { rightTag } = faceStreet(site, site.frontages[squareTag]!.street)
  const ring: Ring = { x: [], y: [], tag: [] }
  for (let i = 0; i < 36; i++) {
    ring.x.push(toMillimetre(Math.cos((i / 18) * Math.PI) * radius))
    ring.y.push(toMillimetre(Math.sin((i / 18) * Math.PI) * radius))
    ring.tag.push(rightTag)
  }
  return ring
}

/** Public purposes go to blocks all over the neighbourhood, not to the first ones that have room. */
function fillBlocks(site: Site, blocks: Block[], wants: Want[], balance: Balance, scale: number): MadeBlock[] {
  const open = blocks
    .map((block, i) => ({ i, area: ringArea(block.ring) }))
    .filter(({ i }) => blocks[i]!.want === null && !['garden', 'fields', 'industry'].includes(blocks[i]!.style.name))
  const given = new Map<number, Want[]>()
  for (const want of wants) {
    const fits = open.filter(
      ({ i, area }) => (given.get(i)?.length ?? 0) < 2 && area > want.areaM2 * 0.85 && area < want.areaM2 * 40,
    )
    if (fits.length === 0) continue
    const free = fits.filter(({ i }) => !given.has(i) && !given.has(i - 1))
    const { i } = site.rnd.pick(free.length > 0 ? free : fits)
    given.set(i, [...(given.get(i) ?? []), want])
  }
  return blocks.map((block, i) => {
    const ring = block.style.name === 'core' ? block.ring : cutCorners(tidy(block.ring), (a, b) => cornerLeg(site, a, b))
    return fillBlock(site, { ...block, ring }, given.get(i) ?? [], balance, scale).made
  })
}

/** پخ: the wider the two streets, the longer the cut. */
function cornerLeg(site: Site, a: number, b: number): number {
  if (a < 0 || b < 0) return 0
  const width = Math.min(site.frontages[a]!.street.widthM, site.frontages[b]!.street.widthM)
  return width < 6 ? 0 : width < 9 ? 1.5 : width < 13 ? 2 : width < 20 ? 3 : 4.5
}

function isSliver(ring: Ring): boolean {
  const area = ringArea(ring)
  const round = perimeter(ring)
  return area < 700 || area / (round * round) < 0.012
}
