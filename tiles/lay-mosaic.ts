import { openLedger, type Portion, type Use } from './open-ledger.ts'

/** How much of one use lies in one cell of the grid; area in the map's plane. */
export interface CellUse extends Portion {
  column: number
  row: number
}

/** What is drawn in a cell: one use, as a square whose side is a whole number of steps. */
export interface MosaicSquare extends Use {
  column: number
  row: number
  side: number
}

/**
 * Draw a city in cells of one use each, so that every use keeps its true area: what a cell cannot show of a use is owed to that
 * use by the next cells, and the square is as large as the ground that parcels cover, so streets stay open. Cells are visited
 * along a Z-order curve, which keeps what is owed in the neighbourhood. `cellArea` is in the unit of `area`; `steps` is the
 * side of a whole cell. The error of a use over the whole city is about one cell.
 */
export function layMosaic(uses: readonly CellUse[], cellArea: number, steps: number): MosaicSquare[] {
  const ledger = openLedger()
  const squares: MosaicSquare[] = []
  for (const { column, row, uses: portions } of gatherCells(uses)) {
    ledger.enter(portions)
    const side = Math.min(steps, Math.round(steps * Math.sqrt(Math.max(0, ledger.owed()) / cellArea)))
    if (side > 0) squares.push({ column, row, side, ...ledger.settle(portions, (side / steps) ** 2 * cellArea) })
  }
  return squares
}

/** A mosaic for one zoom. `level` is the zoom whose tiles are 256 of its cells wide. */
export interface MosaicPlan {
  zoom: number
  level: number
  steps: number
}

/** Cells that a whole city may have before they are made wider: at some ten bytes each they keep the tile light. */
const CELLS_OF_A_CITY = 10_000
/** Parcels cover about this part of the cells they touch. */
const COVERED_PART = 0.6
const FINEST_LEVEL = 11

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

/** Side of a cell of a level, in units of EPSG:3857. */
export function cellSize(level: number): number {
  return (2 * 20037508.342789244) / 2 ** level / 256
}

/** The same areas on a grid of cells `factor` times as wide. */
export function coarsen(uses: readonly CellUse[], factor: number): CellUse[] {
  const wide = new Map<string, CellUse>()
  for (const use of uses) {
    const [column, row] = [Math.floor(use.column / factor), Math.floor(use.row / factor)]
    const key = `${column} ${row} ${use.landUse} ${use.density}`
    const known = wide.get(key)
    if (known) known.area += use.area
    else wide.set(key, { ...use, column, row })
  }
  return [...wide.values()]
}

interface Cell {
  column: number
  row: number
  place: number
  uses: CellUse[]
}

function gatherCells(uses: readonly CellUse[]): Cell[] {
  const cells = new Map<string, Cell>()
  for (const use of uses) {
    const key = `${use.column} ${use.row}`
    const cell = cells.get(key)
    if (cell) cell.uses.push(use)
    else cells.set(key, { column: use.column, row: use.row, place: interleave(use.column, use.row), uses: [use] })
  }
  return [...cells.values()].sort((a, b) => a.place - b.place)
}

/** Place on a Z-order curve: the bits of column and row in turn. Cells count from the middle of the map, hence the shift. */
function interleave(column: number, row: number): number {
  let place = 0
  let weight = 1
  for (let [a, b] = [column + 2 ** 22, row + 2 ** 22]; a > 0 || b > 0; a = Math.floor(a / 2), b = Math.floor(b / 2)) {
    place += ((a % 2) + 2 * (b % 2)) * weight
    weight *= 4
  }
  return place
}
