import type { Position } from 'geojson'
import { describe, expect, test } from 'vitest'
import { addCorners, collectKnown, snapPath } from '#src/land/editing/snap-shape.ts'
import { fc, it } from '../../kernel/fast-check-it.ts'

const nothing = collectKnown([])
const square: Position[] = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]] // prettier-ignore
const beside: Position[] = [[10, 0], [20, 0], [20, 10], [10, 10], [10, 0]] // prettier-ignore

describe('laying a drawn ring on what is known', () => {
  test('a point near a corner becomes that corner', () => {
    const drawn: Position[] = [[0.01, 0.02], [9.99, 0.03], [10.02, 9.98], [0, 10.01], [0.01, 0.02]] // prettier-ignore
    expect(snapPath(drawn, collectKnown([square]), nothing, 0.05)).toEqual(square)
  })
  test('its own corner goes before a neighbour’s that is nearer', () => {
    const others = collectKnown([[[10.04, 0], [20, 0], [20, 10], [10.04, 0]]]) // prettier-ignore
    expect(snapPath([[10.03, 0]], collectKnown([square]), others, 0.05)).toEqual([[10, 0]])
  })
  test('a point near an edge goes onto the edge', () => {
    const drawn: Position[] = [[9.97, 4], [5, 5], [9.97, 4]] // prettier-ignore
    expect(snapPath(drawn, nothing, collectKnown([beside]), 0.05)).toEqual([[10, 4], [5, 5], [10, 4]]) // prettier-ignore
  })
  test('a new edge takes on the neighbours’ corners that lie on it', () => {
    const corner = collectKnown([[[10, 5], [20, 5], [20, 10], [10, 5]]]) // prettier-ignore
    const drawn: Position[] = [[0, 0], [10.01, 0], [10.01, 9], [0, 9], [0, 0]] // prettier-ignore
    expect(snapPath(drawn, nothing, corner, 0.05)).toEqual([[0, 0], [10.01, 0], [10, 5], [10.01, 9], [0, 9], [0, 0]]) // prettier-ignore
  })
  test('an edge that stays is left as it is, whatever lies beside it', () => {
    const near = collectKnown([[[10.03, 5], [20, 5], [20, 10], [10.03, 5]]]) // prettier-ignore
    expect(snapPath(square, collectKnown([square]), near, 0.05)).toEqual(square)
  })
  test('what is farther stays as drawn', () => {
    const drawn: Position[] = [[0.06, 0.06], [9, 0.06], [9, 9], [0.06, 0.06]] // prettier-ignore
    expect(snapPath(drawn, collectKnown([square]), collectKnown([beside]), 0.05)).toEqual(drawn)
  })
  test('points that fall together are one', () => {
    expect(snapPath([[0.01, 0], [0, 0.01], [10, 0]], collectKnown([square]), nothing, 0.05)).toEqual([[0, 0], [10, 0]]) // prettier-ignore
  })
  test('corners come in between in the order of the edge', () => {
    expect(addCorners([[0, 0], [10, 0]], collectKnown([[[7, 0], [2, 0.001], [12, 0], [0, 0]]]), 0.01)).toEqual([[0, 0], [2, 0.001], [7, 0], [10, 0]]) // prettier-ignore
  })
})

const metres = fc.double({ min: 0, max: 300, noNaN: true })
/** Corners on a grid of metres, so that no two are nearer than the rounding that is undone. */
const ring = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })), {
    minLength: 3,
    maxLength: 40,
    selector: String,
  })
  .map((corners): Position[] => [...corners, corners[0]!])
const rounding = fc.double({ min: -0.012, max: 0.012, noNaN: true })

describe('properties', () => {
  it('a ring that comes back rounded is the ring it was', [ring, fc.infiniteStream(rounding)], (corners, noise) => {
    const moved = corners.slice(0, -1).map(([x, y]): Position => [x! + noise.next().value, y! + noise.next().value])
    expect(snapPath([...moved, moved[0]!], collectKnown([corners]), nothing, 0.05)).toEqual(corners)
  })
  it(
    'nothing moves farther than the tolerance, and a closed ring stays closed',
    [fc.array(fc.tuple(metres, metres), { minLength: 3, maxLength: 20 }), ring, ring],
    (drawn, own, others) => {
      const path: Position[] = [...drawn, drawn[0]!]
      const laid = snapPath(path, collectKnown([own]), collectKnown([others]), 0.05)
      expect(laid.at(-1)).toEqual(laid[0])
      for (const at of path)
        expect(Math.min(...laid.map((to) => Math.hypot(to[0]! - at[0]!, to[1]! - at[1]!)))).toBeLessThanOrEqual(0.05 + 1e-9)
    },
  )
  it('laid once is laid', [ring, ring], (drawn, others) => {
    const known = collectKnown([others])
    const once = snapPath(drawn, nothing, known, 0.05)
    const twice = snapPath(once, nothing, known, 0.05)
    expect(twice.length).toBe(once.length)
    for (const [i, at] of twice.entries()) expect(Math.hypot(at[0]! - once[i]![0]!, at[1]! - once[i]![1]!)).toBeLessThan(1e-9)
  })
})
