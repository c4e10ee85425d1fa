import type { Cell } from './cell.ts'
import type { Want } from './lay-blocks.ts'
import type { CityPlan } from './plan.ts'
import type { Random } from './random.ts'
import type { Style } from './style.ts'

/** What the city has so far, in m² of parcels by use: each new neighbourhood makes up for what is missing. */
export interface Balance {
  totalM2: number
  byUse: Record<string, number>
}
interface Purpose {
  use: string
  kind: string
  /** Share of all parcel area. */
  share: number
  areaM2: [number, number]
  /** Where in the city, as a share of its radius. */
  reach: [number, number]
}

/** Public purposes, largest plots first. Shares follow what Iranian towns of this size have, not what the norms wish. */
const PURPOSES: Purpose[] = [
  { use: 'MIL', kind: 'barracks', share: 0.013, areaM2: [26000, 52000], reach: [0.62, 9] },
  { use: 'UEQ', kind: 'cemetery', share: 0.009, areaM2: [24000, 42000], reach: [0.66, 9] },
  { use: 'HED', kind: 'university', share: 0.014, areaM2: [26000, 60000], reach: [0.5, 9] },
  { use: 'SPO', kind: 'stadium', share: 0.007, areaM2: [18000, 34000], reach: [0.45, 9] },
  { use: 'HLT', kind: 'hospital', share: 0.006, areaM2: [12000, 24000], reach: [0.3, 0.8] },
  { use: 'TRN', kind: 'terminal', share: 0.008, areaM2: [9000, 22000], reach: [0.6, 9] },
  { use: 'GRN', kind: 'park', share: 0.012, areaM2: [70000, 130000], reach: [0.3, 9] },
  { use: 'GRN', kind: 'park', share: 0.024, areaM2: [8000, 26000], reach: [0.24, 9] },
  { use: 'GRN', kind: 'park', share: 0.022, areaM2: [1800, 5200], reach: [0.1, 9] },
  { use: 'TOU', kind: 'guest-house', share: 0.006, areaM2: [2200, 7000], reach: [0.1, 9] },
  { use: 'EDU', kind: 'school', share: 0.033, areaM2: [2600, 5200], reach: [0, 9] },
  { use: 'UEQ', kind: 'market', share: 0.004, areaM2: [2000, 5000], reach: [0.25, 9] },
  { use: 'ADM', kind: 'office', share: 0.014, areaM2: [900, 4600], reach: [0.05, 0.85] },
  { use: 'SPO', kind: 'sports-hall', share: 0.007, areaM2: [1500, 4200], reach: [0.2, 9] },
  { use: 'TRN', kind: 'parking', share: 0.006, areaM2: [700, 2400], reach: [0.05, 9] },
  { use: 'UTL', kind: 'utility', share: 0.008, areaM2: [500, 3000], reach: [0.2, 9] },
  { use: 'UEQ', kind: 'fire-station', share: 0.003, areaM2: [1100, 2200], reach: [0.2, 9] },
  { use: 'CUL', kind: 'library', share: 0.006, areaM2: [700, 2600], reach: [0.05, 9] },
  { use: 'HLT', kind: 'clinic', share: 0.006, areaM2: [500, 1800], reach: [0, 9] },
  { use: 'HER', kind: 'monument', share: 0.004, areaM2: [500, 1600], reach: [0, 0.26] },
  { use: 'REL', kind: 'mosque', share: 0.008, areaM2: [380, 1700], reach: [0, 9] },
]

/** The public purposes this neighbourhood should house: what the city lacks so far, in plots of usual sizes. */
export function listWants(balance: Balance, plan: CityPlan, cell: Cell, style: Style, rnd: Random): Want[] {
  const expected = balance.totalM2 + cell.areaM2 * 0.68
  const scale = Math.min(1, Math.max(0.2, (plan.radius / 1900) ** 2))
  const wants: Want[] = []
  const planned: Record<string, number> = {}
  const target: Record<string, number> = {}
  for (const purpose of PURPOSES) {
    target[purpose.use] = (target[purpose.use] ?? 0) + purpose.share
    if (cell.reach < purpose.reach[0] || cell.reach > purpose.reach[1] || style.name === 'industry' || style.name === 'fields')
      continue
    const isLarge = purpose.areaM2[0] > 6000
    const factor = isLarge ? scale : Math.max(0.55, Math.sqrt(scale)) * (style.name === 'core' ? 0.6 : 1)
    for (let guard = 0; guard < 14; guard++) {
      const missing = target[purpose.use]! * expected - (balance.byUse[purpose.use] ?? 0) - (planned[purpose.use] ?? 0)
      const area = rnd.between(purpose.areaM2[0], purpose.areaM2[1]) * factor
      if (missing < area * 0.55 || area > cell.areaM2 * 0.22) break
      wants.push({ use: purpose.use, kind: purpose.kind, areaM2: area })
      planned[purpose.use] = (planned[purpose.use] ?? 0) + area
      if (isLarge && guard > 1) break
    }
  }
  return wants.sort((p, q) => q.areaM2 - p.areaM2)
}

export interface PlotFacts {
  areaM2: number
  /** Width of the widest street it looks onto, metres. */
  streetM: number
  isCorner: boolean
  reach: number
}
/** The use of a plot nobody asked for: dwelling mostly, trade along wide streets, some of it barren. */
export function chooseUse(plot: PlotFacts, style: Style, rnd: Random): { use: string; density: 1 | 2 | 3 | null } {
  const roll = rnd.next()
  const centre = Math.max(0.25, 1.15 - plot.reach)
  if (style.name === 'industry')
    return roll < style.vacantShare ? barren() : { use: roll > 0.9 ? (roll > 0.95 ? 'COM' : 'TRN') : 'IND', density: null }
  if (style.name === 'fields') return roll < 0.9 ? { use: 'AGR', density: null } : barren()
  if (style.name === 'garden')
    return roll < 0.8
      ? { use: 'AGR', density: null }
      : roll < 0.93
        ? dwelling(1)
        : { use: roll < 0.96 ? 'TOU' : 'VAC', density: null }
  const trade = plot.streetM >= 18 ? 0.24 + 0.22 * centre : plot.streetM >= 12 ? 0.1 * centre : plot.isCorner ? 0.035 : 0.006
  const mixed = plot.streetM >= 18 ? 0.3 : plot.streetM >= 12 ? 0.16 * centre : 0.003
  if (style.name !== 'estate' || plot.areaM2 < 1200) {
    if (roll < trade) return { use: 'COM', density: null }
    if (roll < trade + mixed) return { use: 'MIX', density: null }
  }
  if (style.name === 'core' && roll > 0.955) return { use: 'HER', density: null }
  if (rnd.chance(style.vacantShare)) return barren()
  const wide = plot.streetM >= 14
  const shift = rnd.next()
  const density =
    shift < 0.12 ? Math.max(1, style.density - 1) : shift > 0.86 || wide ? Math.min(3, style.density + 1) : style.density
  return dwelling(density as 1 | 2 | 3)
}
const barren = () => ({ use: 'VAC', density: null })
const dwelling = (density: 1 | 2 | 3) => ({ use: 'RES', density })
