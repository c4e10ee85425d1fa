import { fc, it } from './fast-check-it.ts'
import { describe, expect, test } from 'vitest'
import {
  addJalaliMonths,
  countDaysInJalaliMonth,
  formatDate,
  formatInstant,
  formatTime,
  isJalaliDate,
  isJalaliLeap,
  isoFromJalali,
  jalaliFromIso,
  findDayInTehran,
} from '#src/kernel/calendar.ts'

const parse = (text: string) => {
  const [year = 0, month = 0, day = 0] = text.split('/').map(Number)
  return { year, month, day }
}

// Section 12.1 of the domain reference.
const VECTORS = [
  ['1357/11/22', '1979-02-11', 'Sunday', 'یکشنبه'],
  ['1395/12/30', '2017-03-20', 'Monday', 'دوشنبه'],
  ['1399/04/16', '2020-07-06', 'Monday', 'دوشنبه'],
  ['1400/01/01', '2021-03-21', 'Sunday', 'یکشنبه'],
  ['1403/09/02', '2024-11-22', 'Friday', 'جمعه'],
  ['1403/12/30', '2025-03-20', 'Thursday', 'پنجشنبه'],
  ['1404/01/01', '2025-03-21', 'Friday', 'جمعه'],
  ['1404/06/31', '2025-09-22', 'Monday', 'دوشنبه'],
  ['1404/07/01', '2025-09-23', 'Tuesday', 'سه‌شنبه'],
  ['1404/12/29', '2026-03-20', 'Friday', 'جمعه'],
  ['1405/01/01', '2026-03-21', 'Saturday', 'شنبه'],
  ['1408/12/30', '2030-03-20', 'Wednesday', 'چهارشنبه'],
] as const

describe('Jalali and Gregorian', () => {
  test.each(VECTORS)('%s is %s, a %s', (jalali, iso, english, persian) => {
    expect(jalaliFromIso(iso)).toEqual(parse(jalali))
    expect(isoFromJalali(parse(jalali))).toBe(iso)
    expect(formatDate(iso, 'en', 'long').startsWith(english)).toBe(true)
    expect(formatDate(iso, 'fa', 'long').startsWith(`${persian} `)).toBe(true)
  })

  test.each(['1404/12/30', '1394/12/30', '1404/07/31', '1404/00/10', '1404/13/01'])('%s is no day', (text) => {
    expect(isJalaliDate(parse(text))).toBe(false)
    expect(() => isoFromJalali(parse(text))).toThrow(RangeError)
  })

  test('leap years', () => {
    const leap = Array.from({ length: 51 }, (_, i) => 1370 + i).filter(isJalaliLeap)
    expect(leap).toEqual([1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420])
    expect(countDaysInJalaliMonth(1403, 12)).toBe(30)
    expect(countDaysInJalaliMonth(1404, 12)).toBe(29)
  })

  test('months later end with the month', () => {
    const later = (text: string, months: number) => Object.values(addJalaliMonths(parse(text), months)).join('/')
    expect(later('1404/06/31', 1)).toBe('1404/7/30')
    expect(later('1404/06/31', 6)).toBe('1404/12/29')
    expect(later('1403/12/30', 12)).toBe('1404/12/29')
    expect(later('1404/01/15', -1)).toBe('1403/12/15')
  })

  test('every day of 1300–1500 goes there and back, and agrees with ICU', () => {
    const icu = new Intl.DateTimeFormat('en-u-ca-persian', { timeZone: 'UTC', year: 'numeric', month: 'numeric', day: 'numeric' })
    const dayMs = 86_400_000
    let wrong = 0
    for (let at = Date.UTC(1921, 2, 22); at < Date.UTC(2121, 2, 20); at += dayMs * 7) {
      const iso = new Date(at).toISOString().slice(0, 10)
      const day = jalaliFromIso(iso)
      const parts = Object.fromEntries(icu.formatToParts(at).map(({ type, value }) => [type, parseInt(value, 10)]))
      if (isoFromJalali(day) !== iso || parts.year !== day.year || parts.month !== day.month || parts.day !== day.day) wrong++
    }
    expect(wrong).toBe(0)
  })

  it('order is kept', [fc.integer({ min: -20_000, max: 30_000 })], (days) => {
    const [a, b] = [days, days + 1].map((n) => jalaliFromIso(new Date(n * 86_400_000).toISOString()))
    const rank = (d: typeof a) => d!.year * 10_000 + d!.month * 100 + d!.day
    expect(rank(b)).toBeGreaterThan(rank(a))
  })
})

describe('in words', () => {
  test('the day of the week, day, month and year in this order', () => {
    expect(formatDate('2026-11-24', 'fa', 'long')).toBe('سه‌شنبه ۳ آذر ۱۴۰۵')
    expect(formatDate('2026-11-24', 'fa')).toBe('۳ آذر ۱۴۰۵')
    expect(formatDate('2026-11-24', 'fa', 'numeric')).toBe('۱۴۰۵/۰۹/۰۳')
    expect(formatDate('2026-11-24', 'en', 'long')).toBe('Tuesday 24 November 2026')
    expect(formatDate('2026-11-24', 'en', 'numeric')).toBe('2026-11-24')
  })

  test('Tehran is what counts: half past three ahead, four and a half in the summers before 1401', () => {
    expect(findDayInTehran(new Date('2026-11-24T20:29:59Z'))).toBe('2026-11-24')
    expect(findDayInTehran(new Date('2026-11-24T20:30:00Z'))).toBe('2026-11-25')
    expect(findDayInTehran(new Date('2021-07-01T19:30:00Z'))).toBe('2021-07-02')
    expect(formatTime('2026-11-24T06:10:00Z', 'fa')).toBe('۹:۴۰')
    expect(formatTime('2026-11-24T06:10:00Z', 'en')).toBe('09:40')
    expect(formatInstant('2026-11-24T06:10:00Z', 'fa', 'long')).toBe('سه‌شنبه ۳ آذر ۱۴۰۵، ساعت ۹:۴۰')
  })
})
