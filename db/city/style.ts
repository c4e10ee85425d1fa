import type { Cell } from './cell.ts'
import type { CityPlan } from './plan.ts'
import { createRandom } from './random.ts'

/** How a neighbourhood was laid out: the decade shows in its streets and plots. Lengths in metres. */
export interface Style {
  name: 'core' | 'old' | 'grid' | 'planned' | 'villa' | 'estate' | 'industry' | 'garden' | 'fields'
  /** Pieces larger than this are parted by a collector, m². */
  quarterM2: number
  collectorM: number
  localM: [number, number]
  lotDepthM: [number, number]
  lotWidthM: number
  /** Spread of the logarithm of plot widths. */
  spread: number
  blockLengthM: [number, number]
  /** Degrees by which streets may stray from each other. */
  strayDeg: number
  density: 1 | 2 | 3
  storeys: [number, number]
  vacantShare: number
  builtFrom: number
  /** Parcels per hectare of gross ground, for the size estimate. */
  perHectare: number
}

const STYLES: Record<Style['name'], Style> = {
  core: {
    name: 'core',
    quarterM2: 14000,
    collectorM: 8,
    localM: [5, 6],
    lotDepthM: [14, 18],
    lotWidthM: 10,
    spread: 0.45,
    blockLengthM: [60, 90],
    strayDeg: 14,
    density: 2,
    storeys: [1, 2],
    vacantShare: 0.05,
    builtFrom: 1880,
    perHectare: 39,
  },
  old: {
    name: 'old',
    quarterM2: 52000,
    collectorM: 12,
    localM: [6, 8],
    lotDepthM: [17, 21],
    lotWidthM: 9.2,
    spread: 0.26,
    blockLengthM: [90, 130],
    strayDeg: 5,
    density: 2,
    storeys: [1, 3],
    vacantShare: 0.03,
    builtFrom: 1950,
    perHectare: 31,
  },
  grid: {
    name: 'grid',
    quarterM2: 62000,
    collectorM: 14,
    localM: [8, 10],
    lotDepthM: [21, 25],
    lotWidthM: 9.4,
    spread: 0.2,
    blockLengthM: [120, 190],
    strayDeg: 1.2,
    density: 2,
    storeys: [2, 4],
    vacantShare: 0.04,
    builtFrom: 1970,
    perHectare: 26,
  },
  planned: {
    name: 'planned',
    quarterM2: 70000,
    collectorM: 16,
    localM: [10, 12],
    lotDepthM: [22, 26],
    lotWidthM: 10.2,
    spread: 0.14,
    blockLengthM: [110, 170],
    strayDeg: 0.4,
    density: 3,
    storeys: [2, 5],
    vacantShare: 0.075,
    builtFrom: 1990,
    perHectare: 20.5,
  },
  villa: {
    name: 'villa',
    quarterM2: 64000,
    collectorM: 14,
    localM: [8, 12],
    lotDepthM: [26, 32],
    lotWidthM: 14.5,
    spread: 0.2,
    blockLengthM: [110, 170],
    strayDeg: 2,
    density: 1,
    storeys: [1, 2],
    vacantShare: 0.1,
    builtFrom: 1995,
    perHectare: 13.5,
  },
  estate: {
    name: 'estate',
    quarterM2: 60000,
    collectorM: 16,
    localM: [10, 12],
    lotDepthM: [44, 60],
    lotWidthM: 44,
    spread: 0.3,
    blockLengthM: [150, 220],
    strayDeg: 1,
    density: 3,
    storeys: [4, 6],
    vacantShare: 0.1,
    builtFrom: 2005,
    perHectare: 3,
  },
  industry: {
    name: 'industry',
    quarterM2: 110000,
    collectorM: 18,
    localM: [12, 16],
    lotDepthM: [48, 70],
    lotWidthM: 34,
    spread: 0.35,
    blockLengthM: [180, 280],
    strayDeg: 0.5,
    density: 1,
    storeys: [1, 1],
    vacantShare: 0.16,
    builtFrom: 1985,
    perHectare: 3.4,
  },
  garden: {
    name: 'garden',
    quarterM2: 90000,
    collectorM: 10,
    localM: [6, 8],
    lotDepthM: [48, 70],
    lotWidthM: 26,
    spread: 0.35,
    blockLengthM: [150, 240],
    strayDeg: 6,
    density: 1,
    storeys: [1, 1],
    vacantShare: 0.04,
    builtFrom: 1960,
    perHectare: 6,
  },
  fields: {
    name: 'fields',
    quarterM2: 140000,
    collectorM: 8,
    localM: [6, 6],
    lotDepthM: [80, 120],
    lotWidthM: 62,
    spread: 0.4,
    blockLengthM: [260, 420],
    strayDeg: 8,
    density: 1,
    storeys: [1, 1],
    vacantShare: 0.08,
    builtFrom: 1960,
    perHectare: 1.2,
  },
}

/** From this radius on, metres, a city has quarters of like kind larger than one neighbourhood, and industry inside it. */
const LARGE_M = 4000

/** The style of a neighbourhood by its place: the older, the nearer to the square. */
export function styleOf(plan: CityPlan, cell: Cell): Style {
  if (cell.ring === 0) return STYLES.core
  if (cell.ring === plan.belt) return STYLES.fields
  const rnd = createRandom(plan.seed, 60, cell.index)
  const isLarge = plan.radius > LARGE_M
  const lie = isLarge ? layOfTheLand(plan, cell) : 0
  const roll = isLarge ? Math.min(0.999, Math.max(0, 0.5 + lie * 0.42 + (rnd.next() - 0.5) * 0.3)) : rnd.next()
  if (isLarge && cell.reach > 0.3 && lie < -0.86) return STYLES.industry
  if (cell.reach < 0.42) return roll < 0.6 ? STYLES.old : STYLES.grid
  if (cell.reach < 0.62) return roll < 0.2 ? STYLES.old : roll < 0.75 ? STYLES.grid : STYLES.planned
  if (cell.ring === plan.belt - 1 && plan.belt > 2 && cell.index % 9 === 4) return STYLES.industry
  if (roll < 0.34) return STYLES.grid
  if (roll < 0.72) return STYLES.planned
  if (roll < 0.86) return STYLES.villa
  return STYLES.estate
}

/** A slow wave over the plane, -1 … 1: neighbouring neighbourhoods are alike. */
function layOfTheLand(plan: CityPlan, { centre: [x, y] }: Cell): number {
  return Math.sin(x / 1170 + plan.seed) * 0.6 + Math.sin(y / 940 + plan.seed * 2 + 1) * 0.6 * Math.cos((x + y) / 2100)
}
export const gardenStyle = (): Style => STYLES.garden
export const villaStyle = (): Style => STYLES.villa
