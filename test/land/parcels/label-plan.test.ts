import * as fc from 'fast-check'
import type { Position } from 'geojson'
import { describe, expect, test } from 'vitest'
import { createLabelSpace, estimateTextWidth, keepUpright } from '#src/land/parcels/label-space.ts'
import { labelPlan, type PlanWords } from '#src/land/parcels/label-plan.ts'
import { chooseScaleBar, framePlan, PX_PER_MM } from '#src/land/parcels/plan-frame.ts'
import type { ParcelPlan, ParcelSide } from '#src/land/parcels/types.ts'

const words: PlanWords = {
  length: (lengthM) => lengthM.toFixed(2),
  number: String,
  street: ({ name }) => name ?? '',
  water: ({ name }) => name ?? '',
  neighbour: ({ code }) => code,
  building: () => ({ name: 'ساختمان ۲ طبقه', detail: null }),
}

/** A plan of one ring, each edge a side, on a street along its south. */
function planOf(ring: Position[]): ParcelPlan {
  const xs = ring.map(([x = 0]) => x)
  const ys = ring.map(([, y = 0]) => y)
  const side = (i: number): ParcelSide & { from: Position; to: Position } => {
    const [from, to] = [ring[i]!, ring[(i + 1) % ring.length]!]
    return {
      ordinal: i + 1,
      direction: 'north',
      lengthM: Math.hypot(to[0]! - from[0]!, to[1]! - from[1]!),
      facing: { kind: 'open' },
      from,
      to,
    }
  }
  const y = Math.min(...ys) - 5
  return {
    srid: 32639,
    frame: [Math.min(...xs) - 12, Math.min(...ys) - 12, Math.max(...xs) + 12, Math.max(...ys) + 12],
    parcel: [[[...ring, ring[0]!]]],
    corners: ring.map((at, i) => ({ ordinal: i + 1, at })),
    sides: ring.map((_, i) => side(i)),
    neighbours: [],
    buildings: [],
    streets: [{ name: 'کوچهٔ شهریار', nameEn: null, widthM: 10, lines: [[[Math.min(...xs) - 40, y], [Math.max(...xs) + 40, y]]] }],
    water: [],
    streetLines: [],
    takenByStreet: null,
  } // prettier-ignore
}
const house = planOf([[0, 20], [12, 20], [12, 0], [0, 0]]) // prettier-ignore

describe('the sheet', () => {
  test('has a customary scale that is true on paper', () => {
    const frame = framePlan(house, 672, 345)
    const [x0] = frame.toSheet([0, 0])
    const [x1] = frame.toSheet([12, 0])
    expect(((x1 - x0) / PX_PER_MM) * frame.scale).toBeCloseTo(12_000, 6)
    expect([50, 100, 150, 200, 250, 300, 400]).toContain(frame.scale)
  })

  test('north is up', () => {
    const frame = framePlan(house, 600, 500)
    expect(frame.toSheet([0, 20])[1]).toBeLessThan(frame.toSheet([0, 0])[1])
  })

  test('holds the parcel whole, whatever its size', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 3, max: 2000, noNaN: true }),
        fc.double({ min: 3, max: 2000, noNaN: true }),
        (width, height) => {
          const plan = planOf([[0, height], [width, height], [width, 0], [0, 0]]) // prettier-ignore
          for (const [w, h] of [
            [344, 380],
            [660, 560],
          ] as const) {
            const frame = framePlan(plan, w, h)
            const [left, top] = frame.toSheet([0, height])
            const [right, bottom] = frame.toSheet([width, 0])
            expect(left >= 0 && top >= 0 && right <= w && bottom <= h).toBe(true)
          }
        },
      ),
    )
  })

  test('the scale bar is a round length that fits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 70, noNaN: true }), (pxPerM) => {
        const { lengthM, px } = chooseScaleBar(pxPerM)
        expect([1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 400, 500, 1000]).toContain(lengthM)
        expect(px).toBeLessThanOrEqual(140)
      }),
    )
  })
})

describe('labels', () => {
  test('a plain house has all its corners, lengths and its street', () => {
    const labels = labelPlan(house, framePlan(house, 660, 560), words, [])
    expect(labels.filter(({ kind }) => kind === 'corner').map(({ text }) => text)).toEqual(['1', '2', '3', '4'])
    expect(
      labels
        .filter(({ kind }) => kind === 'side')
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['12.00', '12.00', '20.00', '20.00'])
    expect(labels.some(({ kind }) => kind === 'street')).toBe(true)
  })

  test('a short corner cut keeps its length, with a leader to it', () => {
    const cut = planOf([[0, 20], [11.4, 20], [12, 19.4], [12, 0], [0, 0]]) // prettier-ignore
    const label = labelPlan(cut, framePlan(cut, 660, 560), words, []).find(({ text }) => text === '0.85')
    expect(label?.leader).toBeDefined()
  })

  test('texts are upright and lie on the sheet, none on another, none on what is kept free', () => {
    const star = fc.array(fc.double({ min: 5, max: 40, noNaN: true }), { minLength: 4, maxLength: 14 })
    fc.assert(
      fc.property(star, fc.constantFrom([344, 380] as const, [660, 560] as const), (radii, [width, height]) => {
        const ring = radii.map((r, i): Position => [
          r * Math.sin((2 * Math.PI * i) / radii.length),
          r * Math.cos((2 * Math.PI * i) / radii.length),
        ])
        const plan = planOf(ring)
        const keepFree = { x: width - 60, y: 0, width: 60, height: 80 }
        const labels = labelPlan(plan, framePlan(plan, width, height), words, [keepFree])
        const space = createLabelSpace(width, height)
        space.reserve({ x: width - 30, y: 40, halfWidth: 30, halfHeight: 40, angle: 0 })
        for (const { text, x, y, turn, size } of labels) {
          expect(Math.abs(turn)).toBeLessThanOrEqual(90.001)
          const box = {
            x,
            y,
            halfWidth: estimateTextWidth(text, size) / 2,
            halfHeight: size * 0.5,
            angle: (turn * Math.PI) / 180,
          }
          expect(space.take(box)).toBe(true)
        }
      }),
    )
  })

  test('a text is never upside down', () => {
    for (const angle of [-3, -2, -1.5, -0.4, 0, 0.4, 1.5, 2, 3]) expect(Math.cos(keepUpright(angle))).toBeGreaterThanOrEqual(0)
  })
})
