import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { insetRing } from '#db/city/inset.ts'
import { joinAll, joinRings, shareVertices } from '#db/city/join.ts'
import { INNER, isSimple, ringArea, toMillimetre, type Ring } from '#db/city/ring.ts'
import { splitByCurve, splitByLine, type Curve } from '#db/city/split.ts'

const square = (size: number): Ring => ({ x: [0, size, size, 0], y: [0, 0, size, size], tag: [0, 1, 2, 3] })
const areaOf = (rings: Ring[]) => rings.reduce((sum, ring) => sum + ringArea(ring), 0)
/** A star-shaped ring around the origin: concave as a rule. */
const star = fc.array(fc.double({ min: 20, max: 100, noNaN: true }), { minLength: 5, maxLength: 24 }).map((radii): Ring => {
  const at = (i: number) => (i / radii.length) * 2 * Math.PI
  return {
    x: radii.map((r, i) => toMillimetre(r * Math.cos(at(i)))),
    y: radii.map((r, i) => toMillimetre(r * Math.sin(at(i)))),
    tag: radii.map(() => 0),
  }
})

describe('cutting', () => {
  test('a straight cut loses no ground and leaves simple rings', () => {
    fc.assert(
      fc.property(
        star,
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        fc.double({ min: -80, max: 80, noNaN: true }),
        (ring, angle, shift) => {
          const [ux, uy] = [Math.cos(angle), Math.sin(angle)]
          const { left, right } = splitByLine(ring, -uy * shift, ux * shift, ux, uy, INNER, INNER)
          // A vertex within 6 cm of the line is taken for the crossing: that moves a sliver, it loses nothing.
          expect(Math.abs(areaOf(left) + areaOf(right) - ringArea(ring))).toBeLessThan(0.3)
          for (const part of [...left, ...right]) expect(isSimple(part) || ringArea(part) < 1).toBe(true)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('a cut along a curve loses no ground either, and both sides share its vertices', () => {
    const curve: Curve = { ox: 0, oy: 0, ux: Math.cos(0.4), uy: Math.sin(0.4), step: 9, height: (x) => 8 * Math.sin(x / 25) }
    fc.assert(
      fc.property(star, fc.double({ min: -60, max: 60, noNaN: true }), (ring, offset) => {
        const { left, right } = splitByCurve(ring, curve, offset, 7, 8)
        expect(Math.abs(areaOf(left) + areaOf(right) - ringArea(ring))).toBeLessThan(0.5)
        const onCut = (rings: Ring[], tag: number) =>
          new Set(rings.flatMap((r) => r.x.map((x, i) => (r.tag[i] === tag ? `${x} ${r.y[i]}` : '')).filter((key) => key !== '')))
        const [first, second] = [onCut(left, 7), onCut(right, 8)]
        expect([...first].filter((key) => second.has(key)).length).toBeGreaterThanOrEqual(
          Math.max(0, first.size - 2 * left.length),
        )
      }),
      { numRuns: 200 },
    )
  })

  test('the tag of a cut says what its sides face, old edges keep theirs', () => {
    const { left, right, chords } = splitByLine(square(10), 0, 4, 1, 0, 8, 9)
    expect(left).toEqual([{ x: [10, 10, 0, 0], y: [4, 10, 10, 4], tag: [1, 2, 3, 8] }])
    expect(right).toEqual([{ x: [0, 0, 10, 10], y: [4, 0, 0, 4], tag: [3, 0, 1, 9] }])
    expect(chords).toEqual([
      {
        line: [
          [0, 4],
          [10, 4],
        ],
        fromTag: 3,
        toTag: 1,
      },
    ])
  })
})

describe('joining', () => {
  test('what was cut joins again to the same area, however often the parts were cut since', () => {
    const { left, right } = splitByLine(square(30), 0, 11.3333, 0.8, 0.6, INNER, INNER)
    const joined = joinRings(left[0]!, right[0]!)!
    expect(ringArea(joined)).toBeCloseTo(900, 2)
  })

  test('parts of a block share every vertex, and then join to the block exactly', () => {
    const { left, right } = splitByLine(square(40), 0, 17.777, 1, 0.02, INNER, INNER)
    const rows = [...left, ...right].flatMap((row, i) => {
      const cut = splitByLine(row, 11.111 + i * 7.77, 0, 0.01, 1, INNER, INNER)
      return [...cut.left, ...cut.right]
    })
    const shared = shareVertices(rows)
    expect(areaOf(joinAll(shared))).toBeCloseTo(areaOf(shared), 9)
    expect(joinAll(shared)).toHaveLength(1)
  })
})

test('an inset takes each side its own distance, and nothing when nothing is left', () => {
  const inset = insetRing(square(100), (tag) => [10, 20, 5, 0][tag]!)!
  expect(ringArea(inset)).toBeCloseTo(80 * 85, 3)
  expect(insetRing(square(12), () => 7)).toBeNull()
})
