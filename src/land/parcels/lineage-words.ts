import { digitsFor, type Locale } from '#src/kernel/numbers.ts'
import { m } from '#src/ui/paraglide/messages.js'
import { isolate } from './parcel-words.ts'
import type { Relative } from './types.ts'

/** «از تفکیک 1-4-…»: where a parcel came from. */
export function describeParent({ code, kind }: Relative, locale: Locale): string {
  const words = {
    split: m.parcels_history_from_split,
    merge: m.parcels_history_from_merge,
    correction: m.parcels_history_from_correction,
  }
  return words[kind]({ code: isolate(digitsFor(code, locale)) })
}

/** «تفکیک شد به 1-4-…»: what a parcel became. */
export function describeChild({ code, kind }: Relative, locale: Locale): string {
  const words = {
    split: m.parcels_history_to_split,
    merge: m.parcels_history_to_merge,
    correction: m.parcels_history_to_correction,
  }
  return words[kind]({ code: isolate(digitsFor(code, locale)) })
}
