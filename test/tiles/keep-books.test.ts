import { expect, test } from 'vitest'
import { chooseUse, listOwed } from '../../tiles/choose-use.ts'
import { openBooks, sumAreas, sumByUse, sumOwed, WHOLE, type Books, type Portion } from '../../tiles/keep-books.ts'

const portion = (use: string, area: number): Portion => ({ use, area })

/** Draw ground after ground, as a rebuild does. */
function drawNext(books: Books, portions: Portion[]): string {
  books.enter(12, 7, portions)
  const area = sumAreas(portions)
  const use = chooseUse(portions, area, listOwed(books, 12))
  books.draw(12, 7, use, area)
  return use
}

test('every use is drawn with its area, to one piece of ground', () => {
  const books = openBooks()
  const drawn = new Map<string, number>()
  for (let block = 0; block < 1000; block++) {
    const portions = [portion('RES', 70 + (block % 7)), portion('COM', 20), portion('REL', 1)]
    const use = drawNext(books, portions)
    drawn.set(use, (drawn.get(use) ?? 0) + sumAreas(portions))
  }
  expect(Math.abs(drawn.get('COM')! - 20_000)).toBeLessThan(120)
  expect(Math.abs(drawn.get('REL')! - 1_000)).toBeLessThan(120)
  expect(sumOwed(books.accounts(12, WHOLE))).toBe(0)
})

test('ground of one use is drawn in it, even while another use is owed a little', () => {
  const books = openBooks([{ zoom: 12, patch: WHOLE, use: 'COM', held: 40, owed: 40 }])
  expect(drawNext(books, [portion('GRN', 100)])).toBe('GRN')
})

test('densities of one use are uses of their own', () => {
  const books = openBooks()
  const portions = [portion('RES1', 60), portion('RES3', 40)]
  expect(drawNext(books, portions)).toBe('RES1')
  expect(drawNext(books, portions)).toBe('RES3')
})

test('parcels whose use is not known have their share', () => {
  expect(drawNext(openBooks(), [portion('---', 10)])).toBe('---')
})

test('what is drawn stays while another use is owed only a little more', () => {
  const portions = [portion('RES', 55), portion('COM', 45)]
  const claims = [
    ['RES', 45],
    ['COM', 55],
  ] as const
  expect(chooseUse(portions, 100, claims)).toBe('COM')
  expect(chooseUse(portions, 100, claims, 'RES')).toBe('RES')
})

test('taking back what was entered and drawn leaves nothing, and nothing to write', () => {
  const books = openBooks()
  drawNext(books, [portion('RES', 30)])
  books.enter(12, 7, [portion('RES', 30)], -1)
  books.draw(12, 7, 'RES', -30)
  expect(books.listChanges()).toEqual([])
})

test('changes are told by patch and for the whole', () => {
  const books = openBooks([{ zoom: 12, patch: 7, use: 'RES', held: 100, owed: 5 }])
  books.enter(12, 7, [portion('RES', 30)])
  expect(books.listChanges()).toEqual([
    { zoom: 12, patch: 7, use: 'RES', held: 30, owed: 30 },
    { zoom: 12, patch: WHOLE, use: 'RES', held: 30, owed: 30 },
  ])
  expect(books.accounts(12, 7).get('RES')).toEqual({ held: 130, owed: 35 })
})

test('portions of one use are summed', () => {
  expect(sumByUse([portion('RES', 1), portion('COM', 2), portion('RES', 3)])).toEqual([portion('COM', 2), portion('RES', 4)])
})
