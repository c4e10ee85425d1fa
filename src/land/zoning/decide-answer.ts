import type { ThemeAnswer } from './types.ts'

/** How much of the parcel the theme's source knows anything about. */
export type Coverage = 'whole' | 'partly' | 'none'

/** What a source said, or that it said nothing in time. `areaM2` is of the union of the hits: overlapping ones count once. */
export type Outcome = { hits: ThemeAnswer['items']; areaM2: number; nearestM: number | null } | 'failed' | 'not-asked'

export type Decision = Pick<ThemeAnswer, 'answer' | 'areaM2' | 'share' | 'items' | 'nearestM'>

/**
 * The four-valued answer. Only a source that answered, about ground it covers wholly, may say "does not apply";
 * silence outside the coverage is no data, and a failure is a failure. Pure.
 * @param minAreaM2 smaller intersections are drawing noise and do not count
 */
export function decideAnswer(coverage: Coverage, outcome: Outcome, parcelAreaM2: number, minAreaM2: number): Decision {
  const nothing = { areaM2: null, share: null, items: [], nearestM: null }
  if (coverage === 'none') return { ...nothing, answer: 'no-data' }
  if (outcome === 'failed' || outcome === 'not-asked') return { ...nothing, answer: 'source-failed' }
  const items = outcome.hits.filter((hit) => hit.areaM2 >= minAreaM2)
  if (items.length > 0) {
    const areaM2 = Math.min(outcome.areaM2, parcelAreaM2)
    return {
      answer: 'applies',
      areaM2: round(areaM2, 100),
      share: Math.min(1, round(areaM2 / parcelAreaM2, 1000)),
      items: items.map((item) => ({ ...item, areaM2: round(item.areaM2, 100) })),
      nearestM: null,
    }
  }
  if (coverage === 'partly') return { ...nothing, answer: 'no-data' }
  return { ...nothing, answer: 'does-not-apply', nearestM: outcome.nearestM === null ? null : round(outcome.nearestM, 10) }
}

function round(value: number, factor: number): number {
  return Math.round(value * factor) / factor
}
