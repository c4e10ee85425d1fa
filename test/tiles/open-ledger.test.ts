import { expect, test } from 'vitest'
import { openLedger } from '../../tiles/open-ledger.ts'

const portion = (landUse: string | null, area: number, density: number | null = null) => ({ landUse, density, area })

test('every use is drawn with its area, to one piece of ground', () => {
  const ledger = openLedger()
  const drawn = new Map<string | null, number>()
  for (let block = 0; block < 1000; block++) {
    const portions = [portion('RES', 70 + (block % 7)), portion('COM', 20), portion('REL', 1)]
    const area = portions.reduce((sum, one) => sum + one.area, 0)
    ledger.enter(portions)
    const { landUse } = ledger.settle(portions, area)
    drawn.set(landUse, (drawn.get(landUse) ?? 0) + area)
  }
  expect(Math.abs(drawn.get('COM')! - 20_000)).toBeLessThan(120)
  expect(Math.abs(drawn.get('REL')! - 1_000)).toBeLessThan(120)
  expect(ledger.owed()).toBeCloseTo(0, 6)
})

test('ground of one use is drawn in it, even while another use is owed a little', () => {
  const ledger = openLedger()
  ledger.enter([portion('COM', 40)])
  ledger.enter([portion('GRN', 100)])
  expect(ledger.settle([portion('GRN', 100)], 100)).toEqual({ landUse: 'GRN', density: null })
})

test('densities of one use are uses of their own', () => {
  const ledger = openLedger()
  const portions = [portion('RES', 60, 1), portion('RES', 40, 3)]
  ledger.enter(portions)
  expect(ledger.settle(portions, 100)).toEqual({ landUse: 'RES', density: 1 })
  ledger.enter(portions)
  expect(ledger.settle(portions, 100)).toEqual({ landUse: 'RES', density: 3 })
})

test('parcels whose use is not known have their share', () => {
  const ledger = openLedger()
  const portions = [portion(null, 10)]
  ledger.enter(portions)
  expect(ledger.settle(portions, 10)).toEqual({ landUse: null, density: null })
})
