import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideAnswer, type Coverage, type Outcome } from '#src/land/zoning/decide-answer.ts'

const hit = (areaM2: number) => ({ labelFa: 'پهنه', labelEn: 'Zone', effect: null, areaM2 })
const silence: Outcome = { hits: [], areaM2: 0, nearestM: 104.23 }

describe('the four values', () => {
  test('the source covers the parcel and finds something: applies, with area and share', () => {
    expect(decideAnswer('whole', { hits: [hit(20.4)], areaM2: 20.4, nearestM: null }, 312.6, 0.5)).toEqual({
      answer: 'applies', areaM2: 20.4, share: 0.065, items: [hit(20.4)], nearestM: null,
    }) // prettier-ignore
  })
  test('covers it and finds nothing: does not apply, with the distance', () => {
    expect(decideAnswer('whole', silence, 300, 0.5)).toEqual({
      answer: 'does-not-apply',
      areaM2: null,
      share: null,
      items: [],
      nearestM: 104.2,
    })
  })
  test('covers nothing of it: no data, whatever it says', () => {
    expect(decideAnswer('none', silence, 300, 0.5).answer).toBe('no-data')
    expect(decideAnswer('none', 'not-asked', 300, 0.5).answer).toBe('no-data')
  })
  test('covers a part and finds nothing there: no data, not "no"', () => {
    expect(decideAnswer('partly', silence, 300, 0.5).answer).toBe('no-data')
  })
  test('covers a part and finds something: applies', () => {
    expect(decideAnswer('partly', { hits: [hit(3)], areaM2: 3, nearestM: null }, 300, 0.5).answer).toBe('applies')
  })
  test('fails: source failed', () => {
    expect(decideAnswer('whole', 'failed', 300, 0.5).answer).toBe('source-failed')
    expect(decideAnswer('partly', 'failed', 300, 0.5).answer).toBe('source-failed')
  })
  test('slivers smaller than the theme counts are nothing', () => {
    expect(decideAnswer('whole', { hits: [hit(0.4)], areaM2: 0.4, nearestM: null }, 300, 0.5).answer).toBe('does-not-apply')
  })
  test('a hit on the whole parcel is its whole, never more', () => {
    expect(decideAnswer('whole', { hits: [hit(300.0000004)], areaM2: 300.0000004, nearestM: null }, 300, 0.5).share).toBe(1)
  })
})

const coverage = fc.constantFrom<Coverage>('whole', 'partly', 'none')
const outcome = fc.oneof(
  fc.constantFrom<Outcome>('failed', 'not-asked'),
  fc.record({
    hits: fc.array(fc.double({ min: 0, max: 500, noNaN: true }).map(hit), { maxLength: 5 }),
    areaM2: fc.double({ min: 0, max: 600, noNaN: true }),
    nearestM: fc.option(fc.double({ min: 0, max: 5000, noNaN: true }), { nil: null }),
  }),
)

test('only an answer about wholly covered ground ever says "does not apply"', () => {
  fc.assert(
    fc.property(coverage, outcome, fc.double({ min: 1, max: 500, noNaN: true }), (covers, said, parcelAreaM2) => {
      const { answer, areaM2, share, items, nearestM } = decideAnswer(covers, said, parcelAreaM2, 0.5)
      if (answer === 'does-not-apply') expect(covers === 'whole' && typeof said === 'object').toBe(true)
      if (said === 'failed' && covers !== 'none') expect(answer).toBe('source-failed')
      expect(answer === 'applies').toBe(areaM2 !== null && share !== null && items.length > 0)
      if (share !== null) expect(share >= 0 && share <= 1).toBe(true)
      if (nearestM !== null) expect(answer).toBe('does-not-apply')
    }),
    { numRuns: 500 },
  )
})
