import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bbox } from '#src/kernel/bbox.ts'
import { findTileBox, meetsBox } from '#src/kernel/tile-box.ts'
import { chooseWatchedBox, serves } from '#src/map/watch-box.ts'

describe('the box to watch', () => {
  const view = fc
    .tuple(
      fc.double({ min: 44, max: 63, noNaN: true }),
      fc.double({ min: 25, max: 39, noNaN: true }),
      fc.double({ min: 0.0005, max: 1, noNaN: true }),
    )
    .map(([west, south, size]): Bbox => [west, south, west + size, south + size])

  it('serves the view it was chosen for, and steps of half a view from there', () => {
    fc.assert(
      fc.property(view, (at) => {
        const box = chooseWatchedBox(at)
        const step = (at[2] - at[0]) / 2
        expect(serves(box, at)).toBe(true)
        expect(serves(box, [at[0] + step, at[1] - step, at[2] + step, at[3] - step])).toBe(true)
      }),
    )
  })

  it('no longer serves a view that has left it, or that has come much closer', () => {
    fc.assert(
      fc.property(view, (at) => {
        const box = chooseWatchedBox(at)
        expect(serves(box, [at[0] + 3, at[1], at[2] + 3, at[3]])).toBe(false)
      }),
    )
    expect(serves(chooseWatchedBox([51, 32, 52, 33]), [51.5, 32.5, 51.51, 32.51])).toBe(false)
  })
})

it('the box of a tile is where a map draws it', () => {
  const [west, south, east, north] = findTileBox({ z: 15, x: 21060, y: 13264 })
  expect([west, south, east, north].map((degrees) => Number(degrees.toFixed(4)))).toEqual([51.3721, 32.3892, 51.3831, 32.3985])
  expect(findTileBox({ z: 0, x: 0, y: 0 }).map((degrees) => Math.round(degrees * 10) / 10)).toEqual([-180, -85.1, 180, 85.1])
  expect(meetsBox([west, south, east, north], [east, south, east + 1, north])).toBe(true)
  expect(meetsBox([west, south, east, north], [east + 0.001, south, east + 1, north])).toBe(false)
})
