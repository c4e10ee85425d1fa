import { expect, test } from 'vitest'
import { metresPerPixel, roundScale, scaleBar, scaleDenominator, zoomOfScale } from '#src/map/map-scale.ts'

test('ground under a pixel at the latitude of Zarrinshahr', () => {
  expect(metresPerPixel(15, 32.4)).toBeCloseTo(2.017, 3) // the "z16 ≈ 2 m/px" of the look
  expect(metresPerPixel(17, 32.4)).toBeCloseTo(0.504, 3)
})

test('scale and zoom are inverse', () => {
  for (const denominator of [500, 2650, 25000])
    expect(scaleDenominator(zoomOfScale(denominator, 32.4), 32.4)).toBeCloseTo(denominator, 6)
})

test('scales are rounded for people', () => {
  expect([2653.7, 999.4, 48_123, 1_234_567].map(roundScale)).toEqual([2650, 999, 48_100, 1_230_000])
})

test('the scale bar is the longest round length that fits', () => {
  for (const zoom of [10, 13.3, 16.9, 20]) {
    const { lengthM, widthPx } = scaleBar(zoom, 32.4, 140)
    expect(widthPx).toBeLessThanOrEqual(140)
    expect(widthPx).toBeGreaterThan(140 / 2.6)
    expect(String(lengthM)).toMatch(/^(0\.)?[125]0*$/)
  }
})
