import { toPersianDigits } from './text.ts'

/** The languages of the interface. Persian is the first. */
export type Locale = 'fa' | 'en'

const MINUS = { fa: '\u200e\u2212', en: '\u2212' } as const

/**
 * A number as people of the language write it: ۱٬۲۳۴٫۵ or 1,234.5. Built by hand, because `Intl` in fa puts units and
 * marks in the wrong order. `decimals` fixes the count of decimals; without it up to two are kept.
 */
export function formatNumber(value: number | bigint, locale: Locale, decimals?: number): string {
  const isNegative = value < 0
  const magnitude = typeof value === 'bigint' ? (isNegative ? -value : value) : Math.abs(value)
  const plain =
    typeof magnitude === 'bigint'
      ? String(magnitude)
      : decimals === undefined
        ? String(Number(magnitude.toFixed(2)))
        : magnitude.toFixed(decimals)
  const [whole = '', fraction] = plain.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, locale === 'fa' ? '٬' : ',')
  const text = fraction ? `${grouped}${locale === 'fa' ? '٫' : '.'}${fraction}` : grouped
  const sign = isNegative && /[1-9]/.test(plain) ? MINUS[locale] : ''
  return sign + (locale === 'fa' ? toPersianDigits(text) : text)
}

/** A share 0…1 as a percentage. A share that is not nothing never reads 0 %, one that is not all never reads 100 %. */
export function formatShare(share: number, locale: Locale): string {
  const sign = locale === 'fa' ? '٪' : '%'
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return `${locale === 'fa' ? 'کمتر از ' : 'under '}${formatNumber(0.1, locale, 1)}${sign}`
  if (percent < 100 && percent >= 99.95) return `${formatNumber(99.9, locale, 1)}${sign}`
  return `${formatNumber(percent, locale, Number.isInteger(Number(percent.toFixed(1))) ? 0 : 1)}${sign}`
}

/** Square metres with the unit; two decimals, as a deed has them. */
export function formatArea(areaM2: number, locale: Locale, decimals = 2): string {
  return `${formatNumber(areaM2, locale, decimals)} ${locale === 'fa' ? 'مترمربع' : 'm²'}`
}

/** Metres with the unit; to the centimetre unless told. */
export function formatLength(lengthM: number, locale: Locale, decimals = 2): string {
  return `${formatNumber(lengthM, locale, decimals)} ${locale === 'fa' ? 'متر' : 'm'}`
}

/** An amount of money: always in rials, with the word. */
export function formatRials(amountRials: bigint, locale: Locale): string {
  return `${formatNumber(amountRials, locale)} ${locale === 'fa' ? 'ریال' : 'rials'}`
}

/** A text in Latin letters only, such as the code 1A-172 or the zone R1, whose digits belong to its own script. */
const LATIN_ONLY = /^(?=.*\p{Script=Latin})(?!.*\p{Script=Arabic})/su

/** Digits of the language in a text that is not a quantity: a code, a plate, a year. No separators are added. */
export function digitsFor(text: string | number, locale: Locale): string {
  const plain = String(text)
  return locale === 'fa' && !LATIN_ONLY.test(plain) ? toPersianDigits(plain) : plain
}
