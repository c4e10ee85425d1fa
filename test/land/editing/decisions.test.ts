import { describe, expect, test } from 'vitest'
import { Problem } from '#src/kernel/problem.ts'
import { decideUse } from '#src/land/editing/change-parcel.ts'
import { chooseCells } from '#src/land/editing/choose-cells.ts'
import { isSlit } from '#src/land/editing/join-shapes.ts'
import { decideMergedUse } from '#src/land/editing/merge-parcels.ts'
import { findCodeFamily, nameChildren } from '#src/land/editing/name-children.ts'
import { orderByTouch } from '#src/land/editing/order-by-touch.ts'
import { readChange, readMerge, readSplit, requireNear } from '#src/land/editing/read-edit.ts'
import { isWithinSpan, widenSpan } from '#src/land/editing/tell-tiles.ts'
import { fitsEdition, nameEdition } from '#src/land/parcels/edition.ts'
import { fc, it } from '../../kernel/fast-check-it.ts'

describe('codes of children', () => {
  const known = new Set(['A12', 'B'])
  test.each([
    ['1-5-64-5-0-0-0', '1-5-64-'],
    ['A12', 'A12.'],
    ['A12.1', 'A12.'],
    ['C.1', 'C.1.'], // an imported code that only looks like a child's
    ['1-5-64-5-1-0-0', '1-5-64-5-1-0-0.'],
  ])('%s is of the family %s', (code, family) => expect(findCodeFamily(code, (base) => known.has(base))).toBe(family))

  test('renovation code: after the last house number of the block, retired ones included', () => {
    const used = ['1-5-64-5-0-0-0', '1-5-64-21-0-0-0', '1-5-64-3-2-0-0', '1-5-640-99-0-0-0']
    expect(nameChildren('1-5-64-', used, 2)).toEqual(['1-5-64-22-0-0-0', '1-5-64-23-0-0-0'])
  })
  test('free code: a suffix that counts on', () => {
    expect(nameChildren('A12.', [], 2)).toEqual(['A12.1', 'A12.2'])
    expect(nameChildren('A12.', ['A12.1', 'A12.2', 'A12.2.7', 'A12.x'], 1)).toEqual(['A12.3'])
  })
  it(
    'are never in use, and never twice',
    [fc.array(fc.integer({ min: 1, max: 400 })), fc.integer({ min: 1, max: 50 })],
    (houses, count) => {
      const used = houses.map((house) => `1-2-3-${house}-0-0-0`)
      const codes = nameChildren('1-2-3-', used, count)
      expect(new Set([...codes, ...used]).size).toBe(count + new Set(used).size)
    },
  )
})

describe('cells of ground', () => {
  test('an edit locks the cells it reaches into, in ascending order', () => {
    expect(chooseCells([[0, 0, 10, 10]])).toHaveLength(1)
    expect(chooseCells([[240, 240, 260, 260]])).toHaveLength(4)
    expect(chooseCells([[0, 0, 250_000, 250_000]])).toBeNull()
  })
  const box = fc
    .tuple(
      fc.integer({ min: 200_000, max: 800_000 }),
      fc.integer({ min: 3_000_000, max: 4_000_000 }),
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 1, max: 900 }),
    )
    .map(([x, y, width, height]) => [x, y, x + width, y + height] as const)
  it(
    'boxes that meet share a cell; numbers are ascending 32-bit ones',
    [box, fc.integer({ min: 0, max: 900 })],
    (first, shift) => {
      const second = [first[0] + shift, first[1], first[2] + shift, first[3]] as const
      const [a, b] = [chooseCells([first])!, chooseCells([second, first])!]
      for (const cell of a) expect(b).toContain(cell)
      expect(b).toEqual([...new Set(b)].sort((x, y) => x - y))
      for (const cell of b) expect(cell).toBe(cell | 0)
      if (second[0] < first[2]) expect(chooseCells([second])!.some((cell) => a.includes(cell))).toBe(true)
    },
  )
})

test('an edition is matched strongly, or by *', () => {
  const edition = nameEdition({ id: 5, status: 'current', recordedAt: '2026-11-24T09:10:13.409Z' })
  expect(edition).toBe('"5-1795511413409"')
  for (const fits of [undefined, '*', edition, `"x", ${edition}`]) expect(fitsEdition(fits, edition)).toBe(true)
  for (const other of ['', 'W/"5-1795511413409"', '"5-1"', '5-1795511413409']) expect(fitsEdition(other, edition)).toBe(false)
})

describe('land use', () => {
  test('only dwellings have a density', () => {
    expect(decideUse({ landUse: 'RES', density: 2 }, { landUse: 'COM' })).toEqual({ landUse: 'COM', density: null })
    expect(decideUse({ landUse: 'RES', density: 2 }, {})).toEqual({ landUse: 'RES', density: 2 })
    expect(decideUse({ landUse: 'COM', density: null }, { landUse: 'RES', residentialDensity: 3 })).toEqual({
      landUse: 'RES',
      density: 3,
    })
    expect(decideUse({ landUse: 'COM', density: null }, { residentialDensity: null })).toEqual({ landUse: 'COM', density: null })
    expect(() => decideUse({ landUse: 'COM', density: null }, { residentialDensity: 1 })).toThrow(/RES/)
  })
  test('of a merge: theirs when they agree, else it must be said', () => {
    const [a, b, c] = [
      { code: 'a', landUse: 'RES', density: 2 },
      { code: 'b', landUse: 'RES', density: 1 },
      { code: 'c', landUse: 'COM', density: null },
    ] as const
    expect(decideMergedUse([a, b], undefined)).toEqual({ landUse: 'RES', density: 2 })
    expect(() => decideMergedUse([a, c], undefined)).toThrow(/RES, COM/)
    expect(decideMergedUse([a, c], 'COM')).toEqual({ landUse: 'COM', density: null })
    expect(decideMergedUse([c, b], 'RES')).toEqual({ landUse: 'RES', density: 1 })
    expect(decideMergedUse([a, c], null)).toEqual({ landUse: null, density: null })
  })
})

test('parcels to be merged are put in an order in which each touches one before it', () => {
  expect(orderByTouch([1, 2, 3, 4], [[3, 4], [1, 4], [2, 3]])).toEqual({ order: [1, 4, 3, 2], apart: [] }) // prettier-ignore
  expect(orderByTouch([1, 2, 3], [[2, 3]])).toEqual({ order: [1], apart: [2, 3] })
})

test('a slit is a hole of the survey, a courtyard is not', () => {
  expect(isSlit([[0, 0], [20, 0], [20, 0.04], [0, 0]])).toBe(true) // prettier-ignore
  expect(isSlit([[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]])).toBe(false) // prettier-ignore
})

test('tiles of generalised zooms belong to an edit where it lies', () => {
  const span = widenSpan([[16, 100, 200], [15, 1, 1]], [[16, 103, 201]])! // prettier-ignore
  expect(span).toEqual([100, 200, 103, 201])
  expect(isWithinSpan(span, 14, 25, 50)).toBe(true)
  expect(isWithinSpan(span, 14, 28, 50)).toBe(false)
  expect(widenSpan([], [])).toBeNull()
})

describe('what is sent', () => {
  const line = { type: 'LineString', coordinates: [[51, 32], [51.1, 32]] } // prettier-ignore
  test.each([
    ['no change', () => readChange({})],
    ['an unknown field', () => readChange({ landuse: 'RES' })],
    ['an unknown use', () => readChange({ landUse: 'res' })],
    ['a list', () => readChange([])],
    ['nothing', () => readChange(null)],
    ['a density of four', () => readChange({ residentialDensity: 4 })],
    ['a point', () => readChange({ geometry: { type: 'Point', coordinates: [1, 2] } })],
    ['a code that is none', () => readSplit({ parcel: 5, line })],
    ['a line without length', () => readSplit({ parcel: 'a', line: { type: 'LineString', coordinates: [[51, 32], [51, 32]] } })], // prettier-ignore
    ['a polygon for a line', () => readSplit({ parcel: 'a', line: { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] } })], // prettier-ignore
    ['one parcel', () => readMerge({ parcels: ['a'] })],
    ['51 parcels', () => readMerge({ parcels: Array.from({ length: 51 }, (_, i) => `a${i}`) })],
  ])('%s is refused in both languages', (_, read) => {
    const problem = catchProblem(read)
    expect(problem.status).toBe(400)
    expect(problem.reasons[0]!.fa).toMatch(/[آ-ی]/)
    expect(problem.reasons[0]!.en).toMatch(/\w/)
  })
  it('whatever is sent is read or refused', [fc.oneof(fc.anything(), fc.record({ landUse: fc.anything(), geometry: fc.anything(), parcel: fc.anything(), parcels: fc.anything(), line: fc.anything() }, { requiredKeys: [] }))], (body) => {
    for (const read of [readChange, readSplit, readMerge]) {
      try {
        read(body)
      } catch (error) {
        expect(error).toBeInstanceOf(Problem)
      }
    }
  }) // prettier-ignore
  test('a position far from the parcel is a mistake', () => {
    expect(() => requireNear([[51.3, 32.3]], [[51.25, 32.25, 51.26, 32.26]])).not.toThrow()
    expect(() => requireNear([[32.3, 51.3]], [[51.25, 32.25, 51.26, 32.26]])).toThrow(/longitude, latitude/)
  })
})

function catchProblem(run: () => unknown): Problem {
  try {
    run()
  } catch (error) {
    return error as Problem
  }
  throw new Error('nothing was refused')
}
