import type { Orientation, Paper } from './types.ts'

/** A rectangle on paper: millimetres from the top left corner. */
export interface PaperBox {
  x: number
  y: number
  width: number
  height: number
}
/** Ground within the frame, metres of the authoritative CRS. */
export type GroundBox = [minX: number, minY: number, maxX: number, maxY: number]

/** Where everything of a sheet stands. */
export interface SheetLayout {
  page: { width: number; height: number }
  neatline: PaperBox
  frame: PaperBox
  panel: PaperBox
  /** Millimetres of paper to a metre of ground. */
  mmPerMetre: number
}

const PAGES: Record<Paper, [short: number, long: number]> = { a4: [210, 297], a3: [297, 420] }
const MARGIN = 8
const GUTTER = 5 // between neatline and frame, where the coordinates stand
const SIDE_PANEL = { a4: 60, a3: 68 }
const BOTTOM_PANEL = { a4: 72, a3: 76 }

/** Place frame and panel: beside the map on a landscape sheet, below it on a portrait one. */
export function layOutSheet(paper: Paper, orientation: Orientation, scale: number): SheetLayout {
  const [short, long] = PAGES[paper]
  const isLandscape = orientation === 'landscape'
  const page = isLandscape ? { width: long, height: short } : { width: short, height: long }
  const neatline = { x: MARGIN, y: MARGIN, width: page.width - 2 * MARGIN, height: page.height - 2 * MARGIN }
  const side = isLandscape ? SIDE_PANEL[paper] : 0
  const bottom = isLandscape ? 0 : BOTTOM_PANEL[paper]
  const frame = {
    x: neatline.x + GUTTER,
    y: neatline.y + GUTTER,
    width: neatline.width - 2 * GUTTER - side,
    height: neatline.height - 2 * GUTTER - bottom,
  }
  const panel = isLandscape
    ? { x: neatline.x + neatline.width - side, y: neatline.y, width: side, height: neatline.height }
    : { x: neatline.x, y: neatline.y + neatline.height - bottom, width: neatline.width, height: bottom }
  return { page, neatline, frame, panel, mmPerMetre: 1000 / scale }
}

/** The ground a sheet shows around its centre (metres of the authoritative CRS). */
export function coverGround(layout: SheetLayout, center: readonly [east: number, north: number]): GroundBox {
  const halfWidth = layout.frame.width / layout.mmPerMetre / 2
  const halfHeight = layout.frame.height / layout.mmPerMetre / 2
  return [center[0] - halfWidth, center[1] - halfHeight, center[0] + halfWidth, center[1] + halfHeight]
}

const NICE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

/** The step of the coordinate grid: the least round number of metres that is 40 mm or more on paper. */
export function chooseGridStep(mmPerMetre: number): number {
  return NICE.find((metres) => metres * mmPerMetre >= 40) ?? NICE.at(-1)!
}

const BARS = [1, 10, 100, 1000].flatMap((unit) => [unit, 2 * unit, 4 * unit, 5 * unit, 8 * unit])

/** The scale bar: equal parts of a round number of metres, the whole at most 44 mm long. */
export function chooseScaleBar(mmPerMetre: number): { metres: number; mm: number; parts: number } {
  const metres = BARS.findLast((length) => length * mmPerMetre <= 44.0001)!
  return { metres, mm: metres * mmPerMetre, parts: /^5/.test(String(metres)) ? 5 : 4 }
}

/** Grid lines within the frame: metres and where they cross the frame, millimetres from its left or top edge. */
export function listGridLines(
  ground: GroundBox,
  mmPerMetre: number,
): { step: number; eastings: { metres: number; mm: number }[]; northings: { metres: number; mm: number }[] } {
  const step = chooseGridStep(mmPerMetre)
  const within = (from: number, to: number) => {
    const first = Math.ceil(from / step)
    return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step)
  }
  return {
    step,
    eastings: within(ground[0], ground[2]).map((metres) => ({ metres, mm: (metres - ground[0]) * mmPerMetre })),
    northings: within(ground[1], ground[3]).map((metres) => ({ metres, mm: (ground[3] - metres) * mmPerMetre })),
  }
}
