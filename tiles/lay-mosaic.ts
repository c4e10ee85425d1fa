import { chooseUse, listClaims, listOwed, measureExcess } from './choose-use.ts'
import { sumAreas, sumHeld, sumOwed, WHOLE, type Books, type Portion } from './keep-books.ts'

/** A mosaic for one zoom. `level` is the zoom whose tiles are 256 of its cells wide; `steps` the side of a whole cell. */
export interface MosaicPlan {
  zoom: number
  level: number
  steps: number
}

/** What is drawn in a cell: one use, as a square whose side is a whole number of steps. */
export interface Square {
  side: number
  use: string
}

/** Cells that a whole city may have before they are made wider: at some ten bytes each they keep the tile light. */
const CELLS_OF_A_CITY = 10_000
/** Parcels cover about this part of the cells they touch. */
const COVERED_PART = 0.6
const FINEST_LEVEL = 11
/** The level whose cells are the patches of zoom 12. */
const GROUND_PATCH_LEVEL = 6
/** The part of all ground by which the squares together may be too large or too small. */
const PATIENCE = 0.004

/**
 * Choose the cells of the mosaics for zooms 8 to 11 of a city whose parcels cover `area` units² of EPSG:3857: a quarter of a pixel to
 * four pixels wide, as fine as its size allows, so that small cities too show small uses with their true area.
 */
export function planMosaics(area: number): MosaicPlan[] {
  const countCells = (level: number) => area / COVERED_PART / cellSize(level) ** 2
  return [8, 9, 10, 11].map((zoom) => {
    let level = FINEST_LEVEL
    while (level > zoom - 1 && countCells(level) > CELLS_OF_A_CITY) level--
    // A step is one unit of the 4,096 to the side of a tile, or two where cells are widest.
    return { zoom, level, steps: Math.min(16, 16 * 2 ** (zoom - level)) }
  })
}

/** The level of the finest mosaic: in its cells the ground is measured. */
export function findFinestLevel(plans: readonly MosaicPlan[]): number {
  return Math.max(...plans.map(({ level }) => level))
}

/** Side of a cell of a level, in units of EPSG:3857. */
export function cellSize(level: number): number {
  return (2 * 20037508.342789244) / 2 ** level / 256
}

/** Area of a square, in hundredths. */
export function measureSquare({ level, steps }: MosaicPlan, side: number): number {
  return Math.round(100 * ((side / steps) * cellSize(level)) ** 2)
}

/**
 * Draw a city in cells of one use each, so that every use keeps its true area: what a cell cannot show of a use is owed to that
 * use by the next cells, and the square is as large as the ground that parcels cover, so streets stay open. Cells are visited
 * along the Z-order curve, which keeps what is owed in the neighbourhood. The error of a use over the whole city is about one cell.
 */
export function layMosaic(books: Books, plan: MosaicPlan, cells: ReadonlyMap<number, readonly Portion[]>): Map<number, Square> {
  const squares = new Map<number, Square>()
  for (const place of [...cells.keys()].sort((a, b) => a - b)) {
    const portions = cells.get(place)!
    const patch = findPatch(place)
    books.enter(plan.zoom, patch, portions)
    const side = chooseSide(plan, sumOwed(books.accounts(plan.zoom, WHOLE)))
    if (side === 0) continue
    const area = measureSquare(plan, side)
    const use = chooseUse(portions, area, listOwed(books, plan.zoom))
    books.draw(plan.zoom, patch, use, area)
    squares.set(place, { side, use })
  }
  return squares
}

/**
 * Draw one cell again whose ground has changed: `come` and `gone` are what has come and what has left, `portions` all that lies
 * there now. Its size changes only if the covered area has, its use only if another is owed much more. Null: nothing is drawn.
 */
export function settleCell(
  books: Books,
  plan: MosaicPlan,
  cell: {
    place: number
    drawn: Square | null
    portions: readonly Portion[]
    come: readonly Portion[]
    gone: readonly Portion[]
  },
): Square | null {
  const { zoom } = plan
  const { drawn, portions } = cell
  const patch = findPatch(cell.place)
  books.enter(zoom, patch, cell.gone, -1)
  books.enter(zoom, patch, cell.come)
  if (drawn) books.draw(zoom, patch, drawn.use, -measureSquare(plan, drawn.side))
  if (portions.length === 0) return null
  const whole = books.accounts(zoom, WHOLE)
  const waiting = sumOwed(books.accounts(zoom, patch)) + measureExcess(sumOwed(whole), PATIENCE * sumHeld(whole))
  const side =
    drawn && sumAreas(cell.come) === sumAreas(cell.gone) && Math.abs(sumOwed(whole)) < PATIENCE * sumHeld(whole)
      ? drawn.side
      : chooseSide(plan, waiting)
  if (side === 0) return null
  const area = measureSquare(plan, side)
  const use = chooseUse(portions, area, listClaims(books, zoom, patch), drawn?.use)
  books.draw(zoom, patch, use, area)
  return { side, use }
}

function chooseSide({ level, steps }: MosaicPlan, waiting: number): number {
  return Math.min(steps, Math.round((steps * Math.sqrt(Math.max(0, waiting) / 100)) / cellSize(level)))
}

/** The patch of a piece of ground at zoom 12, some 2.4 km wide: where its first cell lies. */
export function findGroundPatch(place: number, level: number): number {
  return coarsenPlace(place, level - GROUND_PATCH_LEVEL)
}

/** Patches of a mosaic are 16 × 16 cells. */
export function findPatch(place: number): number {
  return Math.floor(place / 256)
}

/** The place of the cell that holds this one, so many levels up. */
export function coarsenPlace(place: number, levels: number): number {
  return Math.floor(place / 4 ** levels)
}

/** Number of a cell on a Z-order curve: the bits of column and row in turn. Cells count from the middle of the map, hence the shift. */
export function numberPlace(column: number, row: number, level: number): number {
  const [a, b] = [column + 2 ** (level + 7), row + 2 ** (level + 7)]
  return (spread(a >>> 10) + 2 * spread(b >>> 10)) * 2 ** 20 + spread(a & 1023) + 2 * spread(b & 1023)
}

/** Column and row of a cell, from its number. */
export function locatePlace(place: number, level: number): [column: number, row: number] {
  const [high, low] = [Math.floor(place / 2 ** 20), place % 2 ** 20]
  const column = gather(high) * 1024 + gather(low)
  const row = gather(high >>> 1) * 1024 + gather(low >>> 1)
  return [column - 2 ** (level + 7), row - 2 ** (level + 7)]
}

/** The lower ten bits, each followed by a zero. */
function spread(bits: number): number {
  let value = bits & 1023
  value = (value | (value << 8)) & 0x00ff00ff
  value = (value | (value << 4)) & 0x0f0f0f0f
  value = (value | (value << 2)) & 0x33333333
  return (value | (value << 1)) & 0x55555555
}

/** Every second of the lower twenty bits. */
function gather(bits: number): number {
  let value = bits & 0x55555
  value = (value | (value >>> 1)) & 0x33333
  value = (value | (value >>> 2)) & 0x0f0f0f
  value = (value | (value >>> 4)) & 0x00ff00ff
  return (value | (value >>> 8)) & 0x3ff
}
