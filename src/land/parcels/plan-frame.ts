import type { Position } from 'geojson'
import type { Bbox, ParcelPlan } from './types.ts'

/** How a survey plan lies on its sheet. One pixel is one CSS pixel: 96 to the inch, so `scale` is true on paper. */
export interface PlanFrame {
  width: number
  height: number
  /** 1:scale */
  scale: number
  pxPerM: number
  /** Metres of the authoritative CRS to pixels of the sheet, north up. */
  toSheet(at: Position): Point
}
export type Point = readonly [x: number, y: number]

export const PX_PER_MM = 96 / 25.4
const SCALES = [
  50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 600, 750, 1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10_000, 20_000,
  50_000,
]

/** Shown around the parcel at least: as far as the middle of a street before the door. */
const AROUND_M = 6.5

/** The largest customary scale at which the parcel, with room around it for its lengths and streets, fits the sheet. */
export function framePlan(plan: ParcelPlan, width: number, height: number): PlanFrame {
  const [west, south, east, north] = measureExtent(plan.parcel)
  const fits = (scale: number) => {
    const pxPerM = (1000 * PX_PER_MM) / scale
    const room = AROUND_M * pxPerM
    return (
      (east - west) * pxPerM <= width - 2 * Math.max(52, width * 0.15, room) &&
      (north - south) * pxPerM <= height - 2 * Math.max(52, height * 0.15, room)
    )
  }
  const scale = SCALES.find(fits) ?? SCALES.at(-1)!
  const pxPerM = (1000 * PX_PER_MM) / scale
  const [centreX, centreY] = [(west + east) / 2, (south + north) / 2]
  return {
    width,
    height,
    scale,
    pxPerM,
    toSheet: ([x = 0, y = 0]) => [width / 2 + (x - centreX) * pxPerM, height / 2 - (y - centreY) * pxPerM],
  }
}

/** A scale bar of a round length, 60–140 pixels long, in four parts. */
export function chooseScaleBar(pxPerM: number): { lengthM: number; px: number } {
  const lengthM = [1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 400, 500, 1000].findLast((m) => m * pxPerM <= 140) ?? 1
  return { lengthM, px: lengthM * pxPerM }
}

/** SVG path of polygons. */
export function drawPolygons(polygons: Position[][][], frame: PlanFrame): string {
  return polygons
    .flat()
    .map((ring) => `${drawLine(ring.slice(0, -1), frame)}Z`)
    .join('')
}

/** SVG path of lines. */
export function drawLines(lines: Position[][], frame: PlanFrame): string {
  return lines.map((line) => drawLine(line, frame)).join('')
}

function drawLine(line: Position[], frame: PlanFrame): string {
  return line
    .map(
      (at, i) =>
        `${i === 0 ? 'M' : 'L'}${frame
          .toSheet(at)
          .map((value) => value.toFixed(1))
          .join(' ')}`,
    )
    .join('')
}

function measureExtent(polygons: Position[][][]): Bbox {
  const box: Bbox = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x = 0, y = 0] of polygons.flat(2)) {
    box[0] = Math.min(box[0], x)
    box[1] = Math.min(box[1], y)
    box[2] = Math.max(box[2], x)
    box[3] = Math.max(box[3], y)
  }
  return box
}
