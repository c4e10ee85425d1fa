import {
  meshPoint,
  radialLine,
  radialRoad,
  radialsOfRing,
  ringLine,
  ringRoad,
  type CityPlan,
  type Radial,
  type RoadKind,
} from './plan.ts'
import { ringArea, type Ring } from './ring.ts'
import type { Polyline } from './split.ts'

/** One neighbourhood's ground, to the middle of the streets around it. Edge tags are positions in `sides`. */
export interface Cell {
  ring: number
  sector: number
  index: number
  outline: Ring
  areaM2: number
  centre: [number, number]
  /** Distance from the square as a share of the city's radius. */
  reach: number
  angle: number
  primarySector: number
  sides: CellSide[]
}
export interface CellSide extends RoadKind {
  /** Same for every neighbourhood along the same street. */
  streetKey: string
  line: Polyline
  /** Whether the street's direction leaves this neighbourhood on its left. */
  isLeft: boolean
  /** Metres along the street at the start of the line. */
  chainageM: number
  /** Whether this neighbourhood reports the street's geometry (the other side's does not). */
  isOwner: boolean
  isBoulevard: boolean
}

/** All neighbourhoods, from the centre outwards, one at a time. */
export function* listCells(plan: CityPlan): Generator<Cell> {
  let index = 0
  for (let k = 0; k < plan.rings.length - 1; k++) {
    const radials = radialsOfRing(plan, k)
    for (let j = 0; j < radials.length; j++) yield createCell(plan, k, radials, j, index++)
  }
}

function createCell(plan: CityPlan, k: number, radials: Radial[], j: number, index: number): Cell {
  const from = radials[j]!
  const to = radials[(j + 1) % radials.length]!
  const toAngle = to.angle + (j + 1 === radials.length ? 2 * Math.PI : 0)
  const sector = primarySectorOf(plan, (from.angle + toAngle) / 2)
  const outer = ringLine(plan, k + 1, from.angle, toAngle)
  const inner = ringLine(plan, k, from.angle, toAngle)
  const first = radialLine(plan, k, from.angle)
  const second = radialLine(plan, k, to.angle)
  const sectorStart = plan.primary[sector]!
  const ringSide = (m: number, line: Polyline, isLeft: boolean): CellSide => ({
    ...ringRoad(plan, m),
    streetKey: `ring ${m} ${m === 0 ? 0 : sector}`,
    line,
    isLeft,
    isOwner: isLeft || m === 0,
    chainageM: Math.max(0, from.angle - sectorStart) * plan.rings[m]!,
    isBoulevard: ringRoad(plan, m).widthM >= 24,
  })
  const radialSide = (radial: Radial, line: Polyline, isLeft: boolean): CellSide => ({
    ...radialRoad(plan, radial, k),
    streetKey: `radial ${radial.key}`,
    line,
    isLeft,
    isOwner: isLeft,
    chainageM: plan.rings[k]! - plan.rings[radial.fromRing]!,
    isBoulevard: radialRoad(plan, radial, k).widthM >= 30,
  })
  // Counter-clockwise: the outer ring street, in along the second radial, back along the inner one, out along the first.
  const outline: Ring = { x: [], y: [], tag: [] }
  const walk = (line: Polyline, tag: number) => {
    for (let i = 0; i + 1 < line.length; i++) {
      outline.x.push(line[i]![0])
      outline.y.push(line[i]![1])
      outline.tag.push(tag)
    }
  }
  walk(outer, 0)
  walk([...second].reverse(), 1)
  walk([...inner].reverse(), 2)
  walk(first, 3)
  const centre = meshPoint(plan, k, 0.5, (from.angle + toAngle) / 2)
  return {
    ring: k,
    sector: j,
    index,
    outline,
    areaM2: ringArea(outline),
    centre,
    angle: Math.atan2(centre[1], centre[0]),
    reach: Math.hypot(centre[0], centre[1]) / plan.radius,
    primarySector: sector,
    sides: [
      ringSide(k + 1, outer, true),
      radialSide(to, second, true),
      ringSide(k, inner, false),
      radialSide(from, first, false),
    ],
  }
}

function primarySectorOf(plan: CityPlan, angle: number): number {
  const full = 2 * Math.PI
  const turned = (((angle - plan.primary[0]!) % full) + full) % full
  let sector = 0
  for (let p = 1; p < plan.primaryCount; p++) if (turned >= plan.primary[p]! - plan.primary[0]!) sector = p
  return sector
}
