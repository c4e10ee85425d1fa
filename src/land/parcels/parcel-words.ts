import { digitsFor, formatNumber, type Locale } from '#src/kernel/numbers.ts'
import { jalaliFromIso } from '#src/kernel/calendar.ts'
import { m } from '#src/ui/paraglide/messages.js'
import type { Direction, Facing, ParcelDetail, ParcelSummary } from './types.ts'

/** «شمال», "North". */
export function nameDirection(direction: Direction): string {
  return { north: m.parcels_north, east: m.parcels_east, south: m.parcels_south, west: m.parcels_west }[direction]()
}

/** What a side faces, in words: «کوچهٔ شهریار، ۱۰ متری», «پلاک ۱۲». */
export function describeFacing(facing: Facing, locale: Locale): string {
  if (facing.kind === 'street') return describeStreet(pickName(facing, locale), facing.widthM, locale)
  if (facing.kind === 'parcel') {
    if (facing.houseNumber) return m.parcels_faces_plate({ number: digitsFor(facing.houseNumber, locale) })
    return m.parcels_faces_parcel({ code: isolate(digitsFor(facing.code, locale)) })
  }
  if (facing.kind === 'water') return pickName(facing, locale) ?? m.parcels_faces_water()
  return m.parcels_faces_open()
}

export function describeStreet(name: string | null, widthM: number | null, locale: Locale): string {
  const called = name ? isolateText(name) : m.parcels_faces_unnamed_street()
  return widthM === null ? called : m.parcels_faces_street_width({ name: called, width: formatNumber(widthM, locale) })
}

/** The name in the language of the page where there is one, else the other. */
export function pickName({ name, nameEn }: { name: string | null; nameEn: string | null }, locale: Locale): string | null {
  return locale === 'fa' ? name : (nameEn ?? name)
}

/** What a parcel is called in a title: its address, else its street and plate, else its code. */
export function nameParcel(
  parcel: ParcelSummary & Partial<Pick<ParcelDetail, 'street' | 'houseNumber'>>,
  locale: Locale,
): string {
  const street =
    parcel.street &&
    (locale === 'fa' ? (parcel.street.nameFa ?? parcel.street.nameEn) : (parcel.street.nameEn ?? parcel.street.nameFa))
  if (street && parcel.houseNumber) {
    const plate = m.parcels_plate({ number: digitsFor(parcel.houseNumber, locale) })
    return locale === 'fa' ? `${street}، ${plate}` : `${street}, ${plate}`
  }
  if (parcel.address) return digitsFor(parcel.address, locale)
  return m.parcels_sheet_title({ code: isolate(digitsFor(parcel.code, locale)) })
}

/** A Gregorian year of building as the language counts years: the Jalali year that begins in it. */
export function showYear(year: number, locale: Locale): string {
  return digitsFor(locale === 'fa' ? jalaliFromIso(`${year}-06-01`).year : year, locale)
}

/** Name of the authoritative CRS for people: UTM 39N for EPSG:32639, else the EPSG number. */
export function nameCrs(srid: number): string {
  if (srid > 32600 && srid <= 32660) return `UTM ${srid - 32600}N`
  if (srid > 32700 && srid <= 32760) return `UTM ${srid - 32700}S`
  return `EPSG:${srid}`
}

/** Keeps a code left to right inside running text, where no <bdi> can stand (titles, messages). */
export function isolate(code: string): string {
  return `\u2066${code}\u2069`
}

/** Keeps a name of either script from mixing with the words around it. */
export function isolateText(name: string): string {
  return `\u2068${name}\u2069`
}

/** The address of a parcel's sheet, without language. Codes of real cities hold slashes and spaces. */
export function sheetPath(code: string): string {
  return `/parcels/${encodeURIComponent(code)}`
}
