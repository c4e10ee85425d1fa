import { foldText } from '../../kernel/text.ts'
import { cleanTyped, listCodeReadings, listPropertyCodes, splitNumbers } from './parcel-code.ts'
import { LEADING_WORDS, isStopWord } from '../places/query-words.ts'

/**
 * One thing a search text may mean. The search tries the readings in order and never shows a parcel twice; a last resort is
 * tried only when the readings before it found nothing.
 */
export type Reading = Meaning & { isLastResort?: true }
type Meaning =
  /** Whole codes, upper case, the likeliest first; retired parcels are found too. */
  | { kind: 'codes'; codes: string[] }
  /** The beginning of a code, upper case; the whole code comes first, retired or not. */
  | { kind: 'code-prefix'; prefix: string }
  /** Registration plot (پلاک ثبتی); `sub` null = every sub-plot of the main. */
  | { kind: 'registration'; main: number; sub: number | null; section: string | null }
  | { kind: 'postal'; prefix: string }
  /** Words of an address, folded, without stop words; `houseNumber` is پلاک آبی. */
  | { kind: 'words'; words: string[]; houseNumber: string | null }

const MOST_WORDS = 8
const MOST_INT = 2_147_483_647

/** Everything that `q` may mean, likeliest first. Pure. An empty list means that nothing can be looked for. */
export function parseQuery(q: string): Reading[] {
  const cleaned = cleanTyped(q)
  if (cleaned === '') return []
  const { rest, hint } = stripLeadingWords(cleaned)
  if (hint === 'registration') return readRegistration(rest, true)
  if (hint === 'postal') return readPostal(rest.replace(/\D/g, ''))
  const numbers = splitNumbers(rest)
  if (numbers) return readNumbers(rest, numbers)
  if (/^\d{10,}$/.test(rest)) return [...readPostal(rest), { kind: 'code-prefix', prefix: rest }]
  if (/فرعی/.test(rest)) return [...readRegistration(rest, true), ...readWords(rest)]
  const code = readCode(rest)
  return hint === 'code' && code ? [code] : [...(code ? [code] : []), ...readWords(rest)]
}

/** One word that may be a code: begun when it holds a digit, whole when it has Latin letters only. */
function readCode(text: string): Reading | null {
  if (text.includes(' ')) return null
  if (/\d/.test(text)) return { kind: 'code-prefix', prefix: text.toUpperCase() }
  return /^[.\-_/]*[a-z][a-z.\-_/]*$/i.test(text) ? { kind: 'codes', codes: [text.toUpperCase()] } : null
}

/** «کد نوسازی …», «پلاک ثبتی …», «کد پستی …» say what follows. */
function stripLeadingWords(cleaned: string): { rest: string; hint: 'code' | 'registration' | 'postal' | null } {
  for (const { pattern, hint } of LEADING_WORDS) {
    const match = pattern.exec(cleaned)
    if (match && match[0].length < cleaned.length) return { rest: cleaned.slice(match[0].length).trim(), hint }
  }
  return { rest: cleaned, hint: null }
}

/** Only digits and separators: a code, a registration plot or a postal code, by how many numbers there are. */
function readNumbers(text: string, numbers: number[]): Reading[] {
  if (numbers.length === 7) {
    const whole = listCodeReadings(text)
    return [{ kind: 'codes', codes: [...new Set([...whole, ...listPropertyCodes(numbers)])] }]
  }
  const typed: Reading = { kind: 'code-prefix', prefix: text }
  if (numbers.length === 1) {
    const digits = text.replace(/\D/g, '')
    return digits.length >= 5 ? [...readPostal(digits), typed] : [typed, ...readRegistration(text, false)]
  }
  const straight: Reading = { kind: 'code-prefix', prefix: numbers.join('-') }
  const reversed: Reading = { kind: 'code-prefix', prefix: `${numbers.toReversed().join('-')}-` }
  const prefixes = typed.prefix === straight.prefix ? [straight] : [typed, straight]
  const otherwise = (readings: Reading[]) => readings.map((reading): Reading => ({ ...reading, isLastResort: true }))
  if (numbers.length > 2) return [...prefixes, ...otherwise([reversed])]
  // Two numbers with a slash are written like a registration plot, with a dash like a code.
  const plots = readRegistration(text, false)
  return text.includes('/')
    ? [...plots, ...otherwise([...prefixes, reversed])]
    : [...prefixes, ...otherwise([reversed, ...plots])]
}

function readPostal(digits: string): Reading[] {
  return digits.length >= 5 && digits.length <= 10 ? [{ kind: 'postal', prefix: digits }] : []
}

/** Main and sub as written first, then the other order. «۱۲۳۴ فرعی از ۵۶ اصلی بخش ۹» says which is which. */
function readRegistration(text: string, isExplicit: boolean): Reading[] {
  const named = /(\d+)\s*فرعی\s*از\s*(\d+)(?:\s*اصلی)?(?:.*?بخش\s*(\S+))?/.exec(text)
  if (named) return [registration(Number(named[2]), Number(named[1]), named[3] ?? null)].flat()
  const [first, second, ...more] = (text.match(/\d+/g) ?? []).map(Number)
  if (first === undefined || (more.length > 0 && !isExplicit)) return []
  if (second === undefined) return registration(first, null, null)
  return first === second
    ? registration(first, second, null)
    : [...registration(first, second, null), ...registration(second, first, null)]
}

function registration(main: number, sub: number | null, section: string | null): Reading[] {
  const isPossible = main > 0 && main <= MOST_INT && (sub === null || sub <= MOST_INT)
  return isPossible ? [{ kind: 'registration', main, sub, section }] : []
}

/** Words of an address; a number is first taken for the plate, then for a part of a name («خیابان ۲۰ متری»). */
function readWords(text: string): Reading[] {
  const marked = /(?:پلاک|شماره|شمارهٔ|no\.?|number|#)\s*:?\s*(\d+[a-zآ-ی]?(?:\/\d+)?)(?=$|[\s،,.])/i.exec(text)
  const without = marked ? text.slice(0, marked.index) + ' ' + text.slice(marked.index + marked[0].length) : text
  const words = foldText(without).split(' ').filter(Boolean)
  if (words.length === 0) return []
  if (marked) return withoutStopWords(words, marked[1]!.toUpperCase())
  const plate = findUnmarkedPlate(words)
  const asName = withoutStopWords(words, null)
  if (plate === null || words.length === 1) return asName
  return [...withoutStopWords(words.toSpliced(plate, 1), words[plate]!.toUpperCase()), ...asName]
}

/** Persian addresses end with the plate, English ones begin with it. Returns its index. */
function findUnmarkedPlate(words: readonly string[]): number | null {
  const isPlate = (word: string | undefined) => word !== undefined && /^\d{1,5}[a-z]?$/.test(word)
  if (isPlate(words.at(-1))) return words.length - 1
  return isPlate(words[0]) ? 0 : null
}

function withoutStopWords(words: readonly string[], houseNumber: string | null): Reading[] {
  const telling = words.filter((word) => !isStopWord(word))
  const kept = [...new Set(telling.length > 0 ? telling : words)].slice(0, MOST_WORDS)
  return [{ kind: 'words', words: kept, houseNumber }]
}
