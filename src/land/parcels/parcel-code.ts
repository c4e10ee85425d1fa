import { toLatinDigits } from '../../kernel/text.ts'

/** Number of parts of the renovation code (کد نوسازی): district-region-block-house-building-apartment-shop. */
const PARTS = 7
const PROPERTY_PARTS = 4

/** Marks that right-to-left text leaves in a copied code; they are invisible and mean nothing. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g

/** A code or a search text as typed, with Latin digits, one kind of dash and no invisible marks. */
export function cleanTyped(typed: string): string {
  return toLatinDigits(typed.normalize('NFKC'))
    .replace(INVISIBLE, '')
    .replace(/[‐‑‒–—−ـ]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The numbers of a text made only of digits and the separators people use (`-`, `/`, `.`, `_`, space), or null. */
export function splitNumbers(cleaned: string): number[] | null {
  if (!/^\d[\d\-/._ ]*$/.test(cleaned)) return null
  const parts = cleaned.split(/[-/._ ]+/).filter(Boolean)
  return parts.every((part) => part.length <= 9) ? parts.map(Number) : null
}

/**
 * Codes that a typed code may mean, most likely first: as typed, then canonical (no padding, `-`), then the other reading
 * order: right-to-left text often shows the seven parts reversed, and people copy what they see. All in upper case.
 */
export function listCodeReadings(typed: string): string[] {
  const cleaned = cleanTyped(typed)
  const numbers = splitNumbers(cleaned)
  const readings = [cleaned.toUpperCase()]
  if (numbers?.length === PARTS) readings.push(numbers.join('-'), numbers.toReversed().join('-'))
  return [...new Set(readings)]
}

/**
 * The property (ملک) to which a building, apartment or shop code belongs, in both reading orders. The four parts of a property
 * are never zero, which tells a reading that cannot be meant.
 */
export function listPropertyCodes(numbers: readonly number[]): string[] {
  if (numbers.length !== PARTS) return []
  const properties = [numbers, numbers.toReversed()].map((parts) => parts.slice(0, PROPERTY_PARTS))
  return [...new Set(properties.filter((parts) => parts.every((part) => part > 0)).map((parts) => [...parts, 0, 0, 0].join('-')))]
}
