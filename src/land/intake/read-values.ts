import { normaliseOnWrite, toLatinDigits } from '../../kernel/text.ts'
import type { FieldMap } from './choose-fields.ts'
import type { Target } from './types.ts'

/** What is staged of a feature beside its geometry. Null: the source does not say. */
export interface Values {
  code: string | null
  source_id: string | null
  name_fa: string | null
  name_en: string | null
  use: string | null
  address: string | null
  house_number: string | null
  postal_code: string | null
  deed_area: number | null
  surveyed_area: number | null
  storeys: number | null
  height: number | null
  year: number | null
  class: string | null
  width: number | null
}
export const VALUE_COLUMNS = [
  'code', 'source_id', 'name_fa', 'name_en', 'use', 'address', 'house_number', 'postal_code', 'deed_area', 'surveyed_area', 'storeys',
  'height', 'year', 'class', 'width',
] as const satisfies readonly (keyof Values)[] // prettier-ignore

/** A value that was there and could not be used: the feature is added without it. */
export interface Warning {
  field: string
  problem: string
}

const STREET_CLASSES = ['arterial-1', 'arterial-2', 'collector', 'local', 'alley', 'pedestrian', 'unknown']
const LONGEST_TEXT = 500
const ARABIC_SCRIPT = /\p{Script=Arabic}/u

/** Read the mapped values of one feature. Pure; what cannot be used is told through `warn`. */
export function readValues(
  into: Target,
  fields: FieldMap,
  properties: Readonly<Record<string, unknown>>,
  warn: (warning: Warning) => void,
): Values {
  const raw = (key: string) => (fields[key] === undefined ? null : (properties[fields[key]] ?? null))
  const text = (key: string, longest = LONGEST_TEXT) => {
    const value = readText(raw(key))
    if (value === null || value.length <= longest) return value
    warn({ field: fields[key]!, problem: `is longer than ${longest} characters` })
    return null
  }
  const number = (key: string, least: number, most: number) => {
    const value = raw(key)
    if (value === null || value === '') return null
    const read = readNumber(value)
    // zero stands for "not known" in most registers of areas, heights and widths
    if (read === 0 && least > 0) return null
    if (read !== null && read >= least && read <= most) return read
    warn({ field: fields[key]!, problem: `is no number from ${least} to ${most}` })
    return null
  }
  const name = text('name', 200)
  const isPersian = name !== null && ARABIC_SCRIPT.test(name)
  return {
    code: readCode(raw('code')),
    source_id: text('id', 100),
    name_fa: isPersian ? name : null,
    name_en: isPersian ? null : name,
    use: text('use'),
    address: text('address'),
    house_number: text('house_number', 50),
    postal_code: withLatinDigits(text('postal_code', 16)),
    deed_area: number('deed_area', 0.01, 1e9),
    surveyed_area: number('surveyed_area', 0.01, 1e9),
    storeys: into === 'buildings' ? wholeOf(number('storeys', 0, 100)) : null,
    height: number('height', 0.1, 1000),
    year: wholeOf(number('year', 1, 2200)),
    class: readClass(text('class'), fields.class, warn),
    width: number('width', 0.1, 200),
  }
}

/** Codes keep their letters and marks; digits of any script become Latin, so that one code is written one way. */
function readCode(value: unknown): string | null {
  return withLatinDigits(readText(value))
}

function withLatinDigits(value: string | null): string | null {
  return value === null ? null : toLatinDigits(value)
}

/** Text as it is stored: Persian letters, single spaces; null for nothing, and for what is no text or number. */
export function readText(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null
  const text = normaliseOnWrite(
    String(value)
      .replace(/\p{Cc}/gu, ' ')
      .toWellFormed(),
  )
  return text === '' ? null : text
}

/** A number, or text that is one, with Persian digits or a thousands separator. */
function readNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string') return null
  const text = toLatinDigits(value)
    .replace(/[\s,٬]/g, '')
    .replace('٫', '.')
  return /^[-+]?\d+(\.\d*)?$/.test(text) ? Number(text) : null
}

function wholeOf(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}

function readClass(value: string | null, field: string | undefined, warn: (warning: Warning) => void): string | null {
  if (value === null) return null
  const found = value.toLowerCase()
  if (STREET_CLASSES.includes(found)) return found
  warn({ field: field!, problem: `is none of ${STREET_CLASSES.join(', ')}` })
  return null
}
