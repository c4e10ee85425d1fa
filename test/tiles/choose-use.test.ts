import { expect, test } from 'vitest'
import { choosePayer, listClaims, listDebts, measureExcess, type Debt } from '../../tiles/choose-use.ts'
import { openBooks, WHOLE } from '../../tiles/keep-books.ts'

const accounts = (owed: Record<string, number>, held = 1000) =>
  new Map(Object.entries(owed).map(([use, amount]) => [use, { held, owed: amount }]))
const debt: Debt = { from: 'RES', to: 'COM', owed: 100, excess: 60 }

test('debts are listed beyond the limit only, the gravest first', () => {
  expect(listDebts(accounts({ RES: -20, COM: 20 }))).toEqual([{ from: 'RES', to: 'COM', owed: 20, excess: 20 }])
  expect(listDebts(accounts({ RES: -10, COM: 10 }))).toEqual([])
  expect(listDebts(accounts({ RES: -90, COM: 60, GRN: 30 })).map(({ to }) => to)).toEqual(['COM', 'GRN'])
})

test('of those that can pay, one that holds the use owed is chosen', () => {
  const strange = { area: 60, present: 0 }
  const holding = { area: 60, present: 20 }
  expect(choosePayer(debt, [strange, holding])).toBe(holding)
})

test('ground that holds none of the use pays only a debt larger than itself', () => {
  expect(choosePayer(debt, [{ area: 50, present: 0 }])).toBeNull()
  expect(choosePayer(debt, [{ area: 40, present: 0 }])).not.toBeNull()
})

test('nobody pays more than settles anything', () => {
  expect(choosePayer(debt, [{ area: 160, present: 100 }])).toBeNull()
})

test('ground that has changed pays what its own patch owes, and the whole only what is beyond patience', () => {
  const books = openBooks([
    { zoom: 12, patch: WHOLE, use: 'COM', held: 5_000, owed: 30 },
    { zoom: 12, patch: WHOLE, use: 'RES', held: 5_000, owed: -140 },
    { zoom: 12, patch: 7, use: 'COM', held: 10, owed: 10 },
  ])
  expect([...listClaims(books, 12, 7)]).toEqual([
    ['COM', 10],
    ['RES', -100],
  ])
  expect(measureExcess(-140, 40)).toBe(-100)
})
