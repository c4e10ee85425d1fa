import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseQuery, type Reading } from '#src/land/parcels/parse-query.ts'

const codes = (...list: string[]): Reading => ({ kind: 'codes', codes: list })
const prefix = (text: string): Reading => ({ kind: 'code-prefix', prefix: text })
const plot = (main: number, sub: number | null, section: string | null = null): Reading => ({
  kind: 'registration',
  main,
  sub,
  section,
})
const postal = (text: string): Reading => ({ kind: 'postal', prefix: text })
const words = (list: string, houseNumber: string | null = null): Reading => ({
  kind: 'words',
  words: list.split(' '),
  houseNumber,
})
const last = (reading: Reading): Reading => ({ ...reading, isLastResort: true })

describe('a renovation code', () => {
  const whole = codes('1-3-27-14-0-0-0', '0-0-0-14-27-3-1')
  test.each(['1-3-27-14-0-0-0', '۱-۳-۲۷-۱۴-۰-۰-۰', '١-٣-٢٧-١٤-٠-٠-٠', ' \u20661-3-27-14-0-0-0\u2069 ', '1–3–27–14–0–0–0'])(
    '%s',
    (q) => {
      expect(parseQuery(q)).toEqual([whole])
    },
  )
  test.each(['1/3/27/14/0/0/0', '1.3.27.14.0.0.0', '1 3 27 14 0 0 0', '01-03-027-0014-0-0-0', '۱ - ۳ - ۲۷ - ۱۴ - ۰ - ۰ - ۰'])(
    'with other separators: %s',
    (q) => {
      expect(parseQuery(q)).toHaveLength(1)
      expect((parseQuery(q)[0] as { codes: string[] }).codes.slice(1)).toEqual(['1-3-27-14-0-0-0', '0-0-0-14-27-3-1'])
    },
  )
  test('in the other reading order finds the same parcel', () => {
    expect(parseQuery('0-0-0-14-27-3-1')).toEqual([codes('0-0-0-14-27-3-1', '1-3-27-14-0-0-0')])
  })
  test('with the words people write before it', () => {
    expect(parseQuery('کد نوسازی: ۱-۳-۲۷-۱۴-۰-۰-۰')).toEqual([whole])
    expect(parseQuery('renovation code 1-3-27-14-0-0-0')).toEqual([whole])
  })
  test('of an apartment or shop also means its property', () => {
    expect(parseQuery('1-3-27-14-1-6-0')).toEqual([codes('1-3-27-14-1-6-0', '0-6-1-14-27-3-1', '1-3-27-14-0-0-0')])
  })
  test('its beginning, then the same read from the other end', () => {
    expect(parseQuery('1-3-27')).toEqual([prefix('1-3-27'), last(prefix('27-3-1-'))])
    expect(parseQuery('۱/۳/۲۷')).toEqual([prefix('1/3/27'), prefix('1-3-27'), last(prefix('27-3-1-'))])
  })
})

describe('a free code', () => {
  test('two numbers with a dash are a code first and a registration plot after', () => {
    expect(parseQuery('167-59')).toEqual([prefix('167-59'), last(prefix('59-167-')), last(plot(167, 59)), last(plot(59, 167))])
  })
  test('with a letter or a point is matched in upper case, as typed', () => {
    expect(parseQuery('123a-436').slice(0, 1)).toEqual([prefix('123A-436')])
    expect(parseQuery('267.1-276').slice(0, 1)).toEqual([prefix('267.1-276')])
    expect(parseQuery('--md').slice(0, 1)).toEqual([codes('--MD')])
  })
})

describe('a registration plot', () => {
  test('two numbers with a slash: main/sub as written, then the other order', () => {
    expect(parseQuery('56/1234').slice(0, 2)).toEqual([plot(56, 1234), plot(1234, 56)])
    expect(parseQuery('۵۶/۱۲۳۴').slice(0, 2)).toEqual([plot(56, 1234), plot(1234, 56)])
  })
  test('with its words nothing else is meant', () => {
    expect(parseQuery('پلاک ثبتی ۱۲۳۴/۵۶')).toEqual([plot(1234, 56), plot(56, 1234)])
    expect(parseQuery('ثبتی 99')).toEqual([plot(99, null)])
  })
  test('the long writing says which is which', () => {
    expect(parseQuery('پلاک ۱۲۳۴ فرعی از ۵۶ اصلی بخش ۹ ثبت اصفهان')[0]).toEqual(plot(56, 1234, '9'))
  })
  test('numbers beyond the column are not looked for', () => {
    expect(parseQuery('ثبتی 999999999/9999999999')).toEqual([])
  })
})

describe('a postal code', () => {
  test('ten digits', () => expect(parseQuery('۸۴۷۱۹۹۹۹۹۹')).toEqual([postal('8471999999'), prefix('8471999999')]))
  test('its beginning, from five digits', () => {
    expect(parseQuery('84719')).toEqual([postal('84719'), prefix('84719')])
    expect(parseQuery('8471')).toEqual([prefix('8471'), plot(8471, null)])
  })
  test('with its words', () => expect(parseQuery('کد پستی ۸۴۷۱۹-۹۹۹۹۹')).toEqual([postal('8471999999')]))
})

describe('an address', () => {
  test('street, alley and plate', () => {
    expect(parseQuery('خیابان ترمه کوچه شهریار پلاک ۱۱')).toEqual([words('ترمه شهریار', '11')])
    expect(parseQuery('خيابان ترمه، کوچۀ شهريار، پلاک: 11')).toEqual([words('ترمه شهریار', '11')])
  })
  test('a number at the end is the plate, or a part of the name', () => {
    expect(parseQuery('ترمه شهریار ۱۱')).toEqual([words('ترمه شهریار', '11'), words('ترمه شهریار 11')])
  })
  test('English: the number comes first', () => {
    expect(parseQuery('12 Main St')).toEqual([words('main', '12'), words('12 main')])
  })
  test('half-space, Arabic letters and diacritics make no difference', () => {
    expect(parseQuery('شهید‌بهشتي')).toEqual(parseQuery('شهیدبهشتی'))
  })
  test('stop words count when there is nothing else', () => expect(parseQuery('خیابان').at(-1)).toEqual(words('خیابان')))
  test('a plate with a letter or a part', () => {
    expect(parseQuery('ترمه پلاک 11/2')).toEqual([words('ترمه', '11/2')])
    expect(parseQuery('Elm Street no. 7b')).toEqual([words('elm', '7B')])
  })
  test('only a plate is no address', () => expect(parseQuery('پلاک ۱۱')).toEqual([]))
})

test('nothing means nothing', () => {
  for (const q of ['', '   ', '\u200f', '---', '؟!'])
    expect(parseQuery(q).filter((reading) => reading.kind === 'words')).toEqual([])
})

test('whatever is typed, the readings are few, bounded and safe to look for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (q) => {
      const readings = parseQuery(q)
      expect(readings.length).toBeLessThanOrEqual(8)
      for (const reading of readings) {
        if (reading.kind === 'words') expect(reading.words.every((word) => /^[\p{L}\p{Nd}]+$/u.test(word))).toBe(true)
        if (reading.kind === 'registration') expect(reading.main).toBeLessThanOrEqual(2_147_483_647)
        if (reading.kind === 'postal') expect(reading.prefix).toMatch(/^\d{5,10}$/)
      }
    }),
    { numRuns: 500 },
  )
})

test('any canonical code is found from any separator, digit script and reading order', () => {
  const part = fc.integer({ min: 0, max: 99_999 })
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 7, maxLength: 7 }),
      fc.constantFrom('-', '/', '.', ' ', ' - '),
      fc.boolean(),
      fc.boolean(),
      (parts, separator, isPersian, isReversed) => {
        const typed = (isReversed ? parts.toReversed() : parts).join(separator)
        const shown = isPersian ? typed.replace(/\d/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)]!) : typed
        const first = parseQuery(shown)[0]
        expect(first?.kind === 'codes' && first.codes.includes(parts.join('-'))).toBe(true)
      },
    ),
  )
})
