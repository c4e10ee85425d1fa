import fc from 'fast-check'
import type { Position } from 'geojson'
import { describe, expect, test } from 'vitest'
import { decideFacing, type Surroundings } from '#src/land/parcels/facing.ts'
import { compass, distance, divideIntoSides, ringArea, toCentimetres, type Side } from '#src/land/parcels/sides.ts'

const [E, N] = [500_000, 3_580_000]
const close = (ring: number[][]): Position[] => [...ring, ring[0]!].map(([x, y]) => [E + x!, N + y!])
const rectangle = close([[0, 0], [10, 0], [10, 20], [0, 20]]) // prettier-ignore
const shown = (sides: Side[]) => sides.map((side) => `${side.ordinal} ${side.direction} ${toCentimetres(side.lengthM)}`)
const perimeter = (ring: Position[]) => ring.slice(1).reduce((sum, at, i) => sum + distance(ring[i]!, at), 0)

describe('sides are numbered clockwise from the north-west corner', () => {
  test('of a rectangle', () => {
    expect(shown(divideIntoSides([[rectangle]]))).toEqual(['1 north 10', '2 east 20', '3 south 10', '4 west 20'])
  })
  test('whichever way and wherever the ring starts', () => {
    for (let k = 0; k < 4; k++) {
      const open = rectangle.slice(0, -1)
      const ring = [...open.slice(k), ...open.slice(0, k)]
      for (const turned of [ring, ring.toReversed()]) {
        expect(shown(divideIntoSides([[[...turned, turned[0]!]]]))).toEqual([
          '1 north 10',
          '2 east 20',
          '3 south 10',
          '4 west 20',
        ])
      }
    }
  })
  test('vertices on a straight line make no side', () => {
    const ring = close([[0, 0], [3, 0], [7, 0.02], [10, 0], [10, 9], [10, 20], [4, 20], [0, 20], [0, 5]]) // prettier-ignore
    expect(shown(divideIntoSides([[ring]]))).toEqual(['1 north 10', '2 east 20', '3 south 10', '4 west 20'])
  })
  test('a rotated parcel keeps its compass', () => {
    const turnBy = (degrees: number) => {
      const a = (degrees * Math.PI) / 180
      return rectangle.map(([x, y]): Position => [
        E + (x! - E) * Math.cos(a) - (y! - N) * Math.sin(a),
        N + (x! - E) * Math.sin(a) + (y! - N) * Math.cos(a),
      ])
    }
    expect(shown(divideIntoSides([[turnBy(-20)]])).map((side) => side.split(' ')[1])).toEqual(['north', 'east', 'south', 'west'])
    expect(shown(divideIntoSides([[turnBy(30)]]))).toEqual(['1 north 10', '2 east 20', '3 south 10', '4 west 20'])
  })
})

describe('shapes that are no rectangles', () => {
  test('a corner cut (پخ) is a side of its own', () => {
    const ring = close([[0, 0], [10, 0], [10, 17], [7, 20], [0, 20]]) // prettier-ignore
    expect(shown(divideIntoSides([[ring]]))).toEqual(['1 north 7', '2 north 4.24', '3 east 17', '4 south 10', '5 west 20'])
  })
  test('an L has six', () => {
    const ring = close([[0, 0], [20, 0], [20, 10], [10, 10], [10, 20], [0, 20]]) // prettier-ignore
    expect(shown(divideIntoSides([[ring]]))).toEqual([
      '1 north 10',
      '2 east 10',
      '3 north 10',
      '4 east 10',
      '5 south 20',
      '6 west 20',
    ])
  })
  test('a flag lot keeps its pole', () => {
    const ring = close([[0, 0], [20, 0], [20, 20], [4, 20], [4, 40], [0, 40]]) // prettier-ignore
    expect(shown(divideIntoSides([[ring]]))).toEqual([
      '1 north 4',
      '2 east 20',
      '3 north 16',
      '4 east 20',
      '5 south 20',
      '6 west 40',
    ])
  })
  test('a front along a curved street is one side as long as the curve', () => {
    const arc = Array.from({ length: 21 }, (_, i) => {
      const a = ((60 + i * 3) * Math.PI) / 180 // 60 degrees of a circle of 40 m, twenty short edges
      return [40 * Math.cos(a), 40 * Math.sin(a)]
    })
    const ring = close([...arc, [-20, 0], [20, 0]])
    const sides = divideIntoSides([[ring]])
    expect(sides.map((side) => side.direction)).toEqual(['north', 'east', 'south', 'west'])
    expect(sides[0]!.lengthM).toBeCloseTo((40 * Math.PI) / 3, 1)
  })
  test('a round square is divided by direction, not by vertex', () => {
    const ring = close(
      Array.from({ length: 72 }, (_, i) => [30 * Math.cos((i * Math.PI) / 36), 30 * Math.sin((i * Math.PI) / 36)]),
    )
    const sides = divideIntoSides([[ring]])
    expect(sides.length).toBeGreaterThanOrEqual(3)
    expect(sides.length).toBeLessThanOrEqual(5)
    expect(sides.reduce((sum, side) => sum + side.lengthM, 0)).toBeCloseTo(perimeter(ring), 6)
  })
  test('the ring of a hole follows, its sides pointing into the hole', () => {
    const outer = close([[0, 0], [40, 0], [40, 40], [0, 40]]) // prettier-ignore
    const hole = close([[10, 10], [10, 20], [20, 20], [20, 10]]) // prettier-ignore
    expect(shown(divideIntoSides([[outer, hole]]))).toEqual([
      '1 north 40', '2 east 40', '3 south 40', '4 west 40', '5 south 10', '6 west 10', '7 north 10', '8 east 10',
    ]) // prettier-ignore
  })
  test('the largest part comes first', () => {
    const small = close([[100, 100], [105, 100], [105, 105], [100, 105]]) // prettier-ignore
    expect(shown(divideIntoSides([[small], [rectangle]]))).toEqual([
      '1 north 10', '2 east 20', '3 south 10', '4 west 20', '5 north 5', '6 east 5', '7 south 5', '8 west 5',
    ]) // prettier-ignore
  })
})

test('for any star-shaped parcel the sides are one walk around it and add up to its boundary', () => {
  const radii = fc.array(fc.double({ min: 3, max: 60, noNaN: true }), { minLength: 3, maxLength: 40 })
  fc.assert(
    fc.property(radii, fc.boolean(), (list, isTurned) => {
      const corners = list.map((r, i) => [
        r * Math.cos((2 * Math.PI * i) / list.length),
        r * Math.sin((2 * Math.PI * i) / list.length),
      ])
      const ring = close(isTurned ? corners.toReversed() : corners)
      const sides = divideIntoSides([[ring]])
      expect(sides.length).toBeGreaterThanOrEqual(1)
      expect(sides.reduce((sum, side) => sum + side.lengthM, 0)).toBeCloseTo(perimeter(ring), 5)
      sides.forEach((side, i) => {
        expect(side.ordinal).toBe(i + 1)
        expect(side.to).toEqual(sides[(i + 1) % sides.length]!.from)
        expect(Math.hypot(...(side.outward as [number, number]))).toBeCloseTo(1, 9)
        expect(side.direction).toBe(compass(side.outward))
      })
      // Clockwise, by what is walked: the chords of curved sides may enclose something else.
      const walked = [...sides.flatMap((side) => side.path.slice(0, -1)), sides[0]!.from]
      expect(ringArea(walked)).toBeCloseTo(-Math.abs(ringArea(ring)), 5)
    }),
    { examples: [[[3, 22.949358169741387, 3, 3, 59.99999998797418], false]] },
  )
})

describe('what a side faces', () => {
  const neighbour = (code: string, ring: number[][]) => ({ code, houseNumber: code.slice(-1), rings: [[close(ring)]] })
  const around: Surroundings = {
    neighbours: [
      neighbour('E1', [[10, 0], [20, 0], [20, 20], [10, 20]]), // prettier-ignore
      neighbour('S1', [[-1, -20], [4, -20], [4, 0], [-1, 0]]), // prettier-ignore
      neighbour('S2', [[4, -20], [12, -20], [12, 0], [4, 0]]), // prettier-ignore
    ],
    streets: [
      { name: 'ترمه', nameEn: null, widthM: 12, lines: [[[E - 100, N + 26], [E + 100, N + 26]]] },
      { name: 'دور', nameEn: null, widthM: 20, lines: [[[E - 100, N + 80], [E + 100, N + 80]]] },
    ], // prettier-ignore
    water: [{ name: 'مادی نو', nameEn: null, rings: [[close([[-8, -50], [-2, -50], [-2, 50], [-8, 50]])]] }], // prettier-ignore
  }
  const facings = (surroundings: Surroundings) => divideIntoSides([[rectangle]]).map((side) => decideFacing(side, surroundings))

  test('street ahead, neighbour touching most of it, water across its bank', () => {
    expect(facings(around)).toEqual([
      { kind: 'street', name: 'ترمه', nameEn: null, widthM: 12 },
      { kind: 'parcel', code: 'E1', houseNumber: '1' },
      { kind: 'parcel', code: 'S2', houseNumber: '2' },
      { kind: 'water', name: 'مادی نو', nameEn: null },
    ])
  })
  test('nothing near is open ground', () => {
    expect(facings({ neighbours: [], streets: [], water: [] })).toEqual(Array(4).fill({ kind: 'open' }))
  })
  test('a corner parcel faces each of its streets with its own side', () => {
    const corner: Surroundings = {
      ...around,
      water: [],
      streets: [
        { name: 'ترمه', nameEn: null, widthM: 10, lines: [[[E - 50, N + 25], [E + 50, N + 25]]] },
        { name: 'نرگس', nameEn: null, widthM: 8, lines: [[[E - 4, N - 50], [E - 4, N + 50]]] },
      ], // prettier-ignore
    }
    expect(facings(corner).map((facing) => (facing.kind === 'street' ? facing.name : facing.kind))).toEqual([
      'ترمه',
      'parcel',
      'parcel',
      'نرگس',
    ])
  })
  test('a street of unknown width is faced when its axis is near', () => {
    const unknown = (away: number): Surroundings => ({ neighbours: [], water: [], streets: [{ name: 'Elm St', nameEn: null, widthM: null, lines: [[[E - 50, N + 20 + away], [E + 50, N + 20 + away]]] }] }) // prettier-ignore
    expect(facings(unknown(9))[0]).toEqual({ kind: 'street', name: 'Elm St', nameEn: null, widthM: null })
    expect(facings(unknown(30))[0]).toEqual({ kind: 'open' })
  })
  test('the head of a dead end faces it, though its axis ends on the boundary', () => {
    const deadEnd: Surroundings = { neighbours: [], water: [], streets: [{ name: 'بن‌بست وحشی', nameEn: null, widthM: 3, lines: [[[E + 5, N + 60], [E + 5, N + 19.8]]] }] } // prettier-ignore
    const narrow = close([[3, 0], [7, 0], [7, 20], [3, 20]]) // prettier-ignore
    const [front, ...others] = divideIntoSides([[narrow]]).map((side) => decideFacing(side, deadEnd).kind)
    expect([front, ...others]).toEqual(['street', 'open', 'open', 'open'])
  })
  test('a street behind the parcel is not faced', () => {
    expect(facings({ ...around, neighbours: [], water: [] })[2]).toEqual({ kind: 'open' })
  })
})
