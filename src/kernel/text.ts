/** Persian text: what is stored, what is searched, which digits are shown. Rules of section 12.5 of the domain reference. */

const LETTERS_AND_DIGITS: Record<string, string> = {
  ي: 'ی', ى: 'ی', ئ: 'ی', ك: 'ک', ة: 'ه', ۀ: 'ه', ہ: 'ه', ھ: 'ه', أ: 'ا', إ: 'ا', آ: 'ا', ٱ: 'ا', ؤ: 'و',
} // prettier-ignore
const ARABIC_ZERO = 0x660
const PERSIAN_ZERO = 0x6f0
// The same characters as in kernel.fold_text: diacritics, tatweel, zero-width and bidi controls, Latin combining marks.
const VANISHING =
  /[\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u2060-\u2064\u2066-\u2069\u202a-\u202e\ufeff\u0300-\u036f]/g

/**
 * The heavy search key: letters and digits that look or sound alike become one, joiners and diacritics vanish, punctuation
 * becomes one space, Latin is lower-cased. The same answer as SQL `kernel.fold_text` (a database test compares the two).
 */
export function foldText(value: string): string {
  return toLatinDigits(value.normalize('NFKC').toLowerCase())
    .replace(/[يىئكةۀہھأإآٱؤ]/g, (letter) => LETTERS_AND_DIGITS[letter] ?? letter)
    .replace(VANISHING, '')
    .replace(/[^\p{L}\p{Nd}]+/gu, ' ')
    .trim()
}

/** Light normalisation before storing what someone typed: Persian ی and ک, single spaces, NFC. Half-spaces stay. */
export function normaliseOnWrite(value: string): string {
  return value.normalize('NFC').replace(/[يى]/g, 'ی').replace(/ك/g, 'ک').replace(/\s+/g, ' ').trim()
}

/** ASCII digits to ۰–۹. */
export function toPersianDigits(value: string): string {
  return value.replace(/[0-9]/g, (digit) => String.fromCharCode(PERSIAN_ZERO + Number(digit)))
}

/** ۰–۹ and ٠–٩ to ASCII digits. */
export function toLatinDigits(value: string): string {
  return value
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - PERSIAN_ZERO))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - ARABIC_ZERO))
}
