import { expect, test } from 'vitest'
import { coarsen, layMosaic, planMosaics, type CellUse } from '../../tiles/lay-mosaic.ts'

const CELL_AREA = 10_000
const STEPS = 16

/** A town of `side` × `side` cells in which a small use has `share` of each cell's parcels and the rest are houses. */
function town(side: number, share: number, covered = 0.7): CellUse[] {
  const uses: CellUse[] = []
  for (let column = 0; column < side; column++) {
    for (let row = 0; row < side; row++) {
      uses.push({ column, row, landUse: 'RES', density: 1, area: covered * CELL_AREA * (1 - share) })
      uses.push({ column, row, landUse: 'COM', density: null, area: covered * CELL_AREA * share })
    }
  }
  return uses
}

function drawnArea(uses: CellUse[], landUse: string | null) {
  return layMosaic(uses, CELL_AREA, STEPS)
    .filter((square) => square.landUse === landUse)
    .reduce((sum, { side }) => sum + (side / STEPS) ** 2 * CELL_AREA, 0)
}

test.each([0.003, 0.05, 0.2, 0.5])('a use with %f of every cell is drawn with its true area, to about one cell', (share) => {
  const uses = town(64, share)
  const real = 64 * 64 * 0.7 * CELL_AREA
  expect(Math.abs(drawnArea(uses, 'COM') - real * share)).toBeLessThan(1.5 * CELL_AREA)
  expect(Math.abs(drawnArea(uses, 'RES') - real * (1 - share))).toBeLessThan(1.5 * CELL_AREA)
})

test('a park keeps its place and is whole', () => {
  const uses = town(16, 0.2)
  for (let column = 4; column < 8; column++) {
    for (let row = 4; row < 8; row++) {
      for (const use of uses) if (use.column === column && use.row === row) use.area = 0
      uses.push({ column, row, landUse: 'GRN', density: null, area: CELL_AREA })
    }
  }
  const park = layMosaic(
    uses.filter((use) => use.area > 0),
    CELL_AREA,
    STEPS,
  ).filter((square) => square.landUse === 'GRN')
  expect(park).toHaveLength(16)
  expect(park.every(({ column, row, side }) => column >= 4 && column < 8 && row >= 4 && row < 8 && side === STEPS)).toBe(true)
})

test('parcels whose use is not known are drawn like any other', () => {
  expect(layMosaic([{ column: 1, row: -2, landUse: null, density: null, area: CELL_AREA }], CELL_AREA, STEPS)).toEqual([
    { column: 1, row: -2, landUse: null, density: null, side: STEPS },
  ])
})

test('a wider grid holds the same areas', () => {
  const uses = town(8, 0.25)
  const wide = coarsen(uses, 2)
  expect(wide).toHaveLength(4 * 4 * 2)
  const total = (list: CellUse[]) => list.reduce((sum, { area }) => sum + area, 0)
  expect(total(wide)).toBeCloseTo(total(uses), 3)
})

test('the same input gives the same mosaic, whatever its order', () => {
  const uses = town(8, 0.3)
  expect(layMosaic(uses, CELL_AREA, STEPS)).toEqual(
    layMosaic(
      uses.toSorted((a, b) => b.row - a.row || a.column - b.column),
      CELL_AREA,
      STEPS,
    ),
  )
})

test('cells are as fine as the size of the city allows, and never wider than four pixels', () => {
  const town = planMosaics(13e6 / 0.71)
  const metropolis = planMosaics(670e6 / 0.71)
  expect(town.map(({ level }) => level)).toEqual([11, 11, 11, 11])
  expect(metropolis.map(({ zoom, level }) => zoom - level)).toEqual([0, 1, 1, 1])
  for (const { zoom, level, steps } of [...town, ...metropolis]) {
    expect(4096 / (256 * 2 ** (level - zoom) * steps)).toBeGreaterThanOrEqual(1) // a step is whole units of the tile
  }
})
