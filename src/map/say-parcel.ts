import { digitsFor, formatArea, formatNumber } from '#src/kernel/numbers.ts'
import type { ParcelSelection, ParcelSummary } from '#src/land/parcels/types.ts'
import type { Place } from '#src/land/places/types.ts'
import { m } from '#src/ui/paraglide/messages.js'

type Locale = 'fa' | 'en'

/** A parcel in one line: its address, or its code when it has none. */
export function describeParcel(parcel: ParcelSummary, locale: Locale): string {
  return parcel.address === null
    ? m.map_parcel_of_code({ code: digitsFor(parcel.code, locale) })
    : digitsFor(parcel.address, locale)
}

/** The near end of the address, where lists are narrow: the last street and the plate tell parcels apart, the boulevard does not. */
export function describeShortly(parcel: ParcelSummary, locale: Locale): string {
  const parts = parcel.address?.split(/[،,]\s*/) ?? []
  const near = parts.slice(-2).join(locale === 'fa' ? '، ' : ', ')
  return parts.length > 2 ? digitsFor(near, locale) : describeParcel(parcel, locale)
}

/** The result of a selection in one sentence, for the live region. */
export function describeSelection({ count, areaM2 }: ParcelSelection['summary'], locale: Locale): string {
  return m.map_selection_said({ count: formatNumber(count, locale), area: formatArea(areaM2, locale, 0) })
}

export function nameOf(place: Place, locale: Locale): string {
  return (locale === 'fa' ? (place.nameFa ?? place.nameEn) : (place.nameEn ?? place.nameFa)) ?? ''
}
export function detailOf(place: Place, locale: Locale): string | null {
  return locale === 'fa' ? (place.detailFa ?? place.detailEn) : (place.detailEn ?? place.detailFa)
}
