import { expect, test } from 'vitest'
import { openBooks, sumAreas, WHOLE, type Portion } from '../../tiles/keep-books.ts'
import {
  cellSize,
  coarsenPlace,
  layMosaic,
  locatePlace,
  measureSquare,
  numberPlace,
  planMosaics,
  settleCell,
  type MosaicPlan,
} from '../../tiles/lay-mosaic.ts'

const PLAN: MosaicPlan = { zoom: 10, level: 10, steps: 16 }
const CELL_AREA = 100 * cellSize(10) ** 2

/** A town of `side` × `side` cells in which a small use has `share` of each cell's parcels and the rest are houses. */
function town(side: number, share: number, covered = 0.7): Map<number, Portion[]> {
  const cells = new Map<number, Portion[]>()
  for (let column = 0; column < side; column++) {
    for (let row = 0; row < side; row++) {
      cells.set(numberPlace(column, row, 10), [
        { use: 'COM', area: Math.round(covered * CELL_AREA * share) },
        { use: 'RES1', area: Math.round(covered * CELL_AREA * (1 - share)) },
      ])
    }
  }
  return cells
}

function drawnArea(cells: Map<number, Portion[]>, use: string) {
  return [...layMosaic(openBooks(), PLAN, cells).values()]
    .filter((square) => square.use === use)
    .reduce((sum, { side }) => sum + measureSquare(PLAN, side), 0)
}

test.each([0.003, 0.05, 0.2, 0.5])('a use with %f of every cell is drawn with its true area, to about one cell', (share) => {
  const cells = town(64, share)
  const real = 64 * 64 * 0.7 * CELL_AREA
  expect(Math.abs(drawnArea(cells, 'COM') - real * share)).toBeLessThan(1.5 * CELL_AREA)
  expect(Math.abs(drawnArea(cells, 'RES1') - real * (1 - share))).toBeLessThan(1.5 * CELL_AREA)
})

test('a park keeps its place and is whole', () => {
  const cells = town(16, 0.2)
  const places: number[] = []
  for (let column = 4; column < 8; column++) for (let row = 4; row < 8; row++) places.push(numberPlace(column, row, 10))
  for (const place of places) cells.set(place, [{ use: 'GRN', area: Math.round(CELL_AREA) }])
  const park = [...layMosaic(openBooks(), PLAN, cells)].filter(([, { use }]) => use === 'GRN')
  expect(park.map(([place]) => place)).toEqual(places.toSorted((a, b) => a - b))
  expect(park.every(([, { side }]) => side === PLAN.steps)).toBe(true)
})

test('parcels whose use is not known are drawn like any other', () => {
  const place = numberPlace(1, -2, 10)
  expect(layMosaic(openBooks(), PLAN, new Map([[place, [{ use: '---', area: Math.round(CELL_AREA) }]]]))).toEqual(
    new Map([[place, { side: 16, use: '---' }]]),
  )
})

test('the same input gives the same mosaic, whatever its order', () => {
  const cells = town(8, 0.3)
  expect([...layMosaic(openBooks(), PLAN, cells)]).toEqual([...layMosaic(openBooks(), PLAN, new Map([...cells].toReversed()))])
})

test('a cell whose ground has changed is drawn again, and the books stay true', () => {
  const cells = town(16, 0.1)
  const books = openBooks()
  const squares = layMosaic(books, PLAN, cells)
  for (const [place, portions] of cells) {
    const now = [{ use: 'GRN', area: sumAreas(portions) }]
    const square = settleCell(books, PLAN, { place, drawn: squares.get(place) ?? null, portions: now, come: now, gone: portions })
    if (square) squares.set(place, square)
    else squares.delete(place)
    const drawn = new Map<string, number>()
    for (const { use, side } of squares.values()) drawn.set(use, (drawn.get(use) ?? 0) + measureSquare(PLAN, side))
    for (const [use, { held, owed }] of books.accounts(10, WHOLE)) expect(held - owed).toBe(drawn.get(use) ?? 0)
  }
  for (const [use, { owed }] of books.accounts(10, WHOLE)) expect(Math.abs(owed), use).toBeLessThan(2 * CELL_AREA)
})

test('a cell that loses its last parcel is drawn no more', () => {
  const gone = [{ use: 'COM', area: Math.round(CELL_AREA) }]
  const books = openBooks()
  const place = numberPlace(3, 3, 10)
  const drawn = layMosaic(books, PLAN, new Map([[place, gone]])).get(place)!
  expect(settleCell(books, PLAN, { place, drawn, portions: [], come: [], gone })).toBeNull()
  expect(books.accounts(10, WHOLE).get('COM')).toEqual({ held: 0, owed: 0 })
})

test.each([
  [0, 0],
  [-1, -1],
  [73_219, -51_000],
  [-131_072, 131_071],
])('a cell is found again by its number: %i, %i', (column, row) => {
  const place = numberPlace(column, row, 10)
  expect(locatePlace(place, 10)).toEqual([column, row])
  expect(locatePlace(coarsenPlace(place, 3), 7)).toEqual([Math.floor(column / 8), Math.floor(row / 8)])
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
