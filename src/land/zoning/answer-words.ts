import { formatDate } from '#src/kernel/calendar.ts'
import { digitsFor, formatNumber, formatShare, type Locale } from '#src/kernel/numbers.ts'
import { m } from '#src/ui/paraglide/messages.js'
import type { Answer, ThemeAnswer } from './types.ts'

/** The word that always stands beside the shape. */
export function nameAnswer(answer: Answer): string {
  return {
    applies: m.parcels_answer_applies,
    'does-not-apply': m.parcels_answer_not,
    'no-data': m.parcels_answer_no_data,
    'source-failed': m.parcels_answer_failed,
  }[answer]()
}

/** What applies, in the language of the page: «R211 مسکونی، با شرط». */
export function describeItems(answer: ThemeAnswer, locale: Locale): string {
  const effects = {
    'no-build': m.parcels_effect_no_build,
    conditional: m.parcels_effect_conditional,
    inquiry: m.parcels_effect_inquiry,
  }
  const seen = answer.items.map((item) => {
    const label = locale === 'fa' ? digitsFor(item.labelFa, 'fa') : item.labelEn
    return item.effect ? `${label} (${effects[item.effect]()})` : label
  })
  return [...new Set(seen)].join(locale === 'fa' ? '، ' : ', ')
}

/** Source, date of its data, and share or distance: what stands under every answer. */
export function describeSource(answer: ThemeAnswer, locale: Locale): string {
  const parts = [answer.source[locale]]
  if (answer.dataDate && answer.answer !== 'no-data')
    parts.push(m.parcels_answer_dated({ date: formatDate(answer.dataDate, locale, 'numeric') }))
  if (answer.answer === 'applies' && answer.share !== null)
    parts.push(m.parcels_answer_share({ share: formatShare(answer.share, locale) }))
  if (answer.answer === 'does-not-apply' && answer.nearestM !== null)
    parts.push(m.parcels_answer_distance({ distance: formatNumber(Math.round(answer.nearestM), locale) }))
  if (answer.answer === 'no-data') parts.push(m.parcels_answer_not_covered(), m.parcels_answer_not_no())
  if (answer.answer === 'source-failed') parts.push(m.parcels_answer_not_no())
  return parts.join(' · ')
}
