/** How much of one use lies in one cell of the grid; area in the map's plane. */
export interface CellUse {
  column: number
  row: number
  landUse: string | null
  density: number | null
  area: number
}

/** What is drawn in a cell: one use, as a square whose side is a whole number of steps. */
export interface MosaicSquare {
  column: number
  row: number
  landUse: string | null
  density: number | null
  side: number
}

/** A use that a cell does not hold takes it over only when it is owed more than this share of a cell. */
const OWED_TO_STRANGERS = 1.25

/**
 * Draw a city in cells of one use each, so that every use keeps its true area: what a cell cannot show of a use is owed to that
 * use by the next cells (error diffusion), and the square is as large as the ground that parcels cover, so streets stay open.
 * Cells are visited along a Z-order curve, which keeps what is owed in the neighbourhood. `cellArea` is in the unit of `area`;
 * `steps` is the side of a whole cell. The error of a use over the whole city is at most about one cell.
 */
export function layMosaic(uses: readonly CellUse[], cellArea: number, steps: number): MosaicSquare[] {
  const owed = new Map<string, { landUse: string | null; density: number | null; area: number }>()
  const squares: MosaicSquare[] = []
  for (const cell of gatherCells(uses)) {
    const present = new Set<string>()
    for (const { landUse, density, area } of cell.uses) {
      const key = `${landUse} ${density}`
      const account = owed.get(key) ?? { landUse, density, area: 0 }
      account.area += area
      owed.set(key, account)
      present.add(key)
    }
    let total = 0
    let chosen: { landUse: string | null; density: number | null; area: number } | null = null
    let claim = -Infinity
    for (const [key, account] of owed) {
      total += account.area
      const accountClaim = present.has(key) ? account.area : account.area - OWED_TO_STRANGERS * cellArea
      if (accountClaim > claim) [chosen, claim] = [account, accountClaim]
    }
    const side = Math.min(steps, Math.round(steps * Math.sqrt(Math.max(0, total) / cellArea)))
    if (!chosen || side === 0) continue
    chosen.area -= (side / steps) ** 2 * cellArea
    squares.push({ column: cell.column, row: cell.row, landUse: chosen.landUse, density: chosen.density, side })
  }
  return squares
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
