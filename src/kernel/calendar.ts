import { toPersianDigits } from './text.ts'
import type { Locale } from './numbers.ts'

/** A day of the Jalali calendar (هجری خورشیدی); month and day count from 1. */
export interface JalaliDate {
  year: number
  month: number
  day: number
}

const MONTHS_FA = ['فروردین', 'اردیبهشت', 'خرداد', 'تیر', 'مرداد', 'شهریور', 'مهر', 'آبان', 'آذر', 'دی', 'بهمن', 'اسفند'] as const
const MONTHS_EN = 'January February March April May June July August September October November December'.split(' ')
const WEEKDAYS_FA = ['یکشنبه', 'دوشنبه', 'سه‌شنبه', 'چهارشنبه', 'پنجشنبه', 'جمعه', 'شنبه'] as const
const WEEKDAYS_EN = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

const DAY_MS = 86_400_000
// Leap years by remainder in a cycle of 33; equals ICU and the observed calendar for 1244–1502 (section 12.1).
const LEAP_REMAINDERS = new Set([1, 5, 9, 13, 17, 22, 26, 30])
const CYCLE_YEARS = 33
const CYCLE_DAYS = 12_053
/** Days of 1 Farvardin 1386 (2007-03-21) since 1970-01-01; 1386 is a multiple of 33, so a cycle begins on it. */
const CYCLE_START = Date.UTC(2007, 2, 21) / DAY_MS
const CYCLE_START_YEAR = 1386

/** Whether Esfand of the year has 30 days. */
export function isJalaliLeap(year: number): boolean {
  return LEAP_REMAINDERS.has(((year % CYCLE_YEARS) + CYCLE_YEARS) % CYCLE_YEARS)
}

/** 31, 30 or 29. */
export function countDaysInJalaliMonth(year: number, month: number): number {
  if (month <= 6) return 31
  if (month <= 11) return 30
  return isJalaliLeap(year) ? 30 : 29
}

/** Whether year, month and day name a day that exists. */
export function isJalaliDate({ year, month, day }: JalaliDate): boolean {
  if (![year, month, day].every(Number.isInteger)) return false
  return month >= 1 && month <= 12 && day >= 1 && day <= countDaysInJalaliMonth(year, month)
}

/** ISO date (2026-11-24) to the Jalali day. */
export function jalaliFromIso(isoDate: string): JalaliDate {
  let rest = daysFromIso(isoDate) - CYCLE_START
  const cycles = Math.floor(rest / CYCLE_DAYS)
  rest -= cycles * CYCLE_DAYS
  let year = CYCLE_START_YEAR + cycles * CYCLE_YEARS
  while (rest >= daysInJalaliYear(year)) rest -= daysInJalaliYear(year++)
  let month = 1
  while (rest >= countDaysInJalaliMonth(year, month)) rest -= countDaysInJalaliMonth(year, month++)
  return { year, month, day: rest + 1 }
}

/** Jalali day to the ISO date. Throws a RangeError when the day does not exist. */
export function isoFromJalali(date: JalaliDate): string {
  if (!isJalaliDate(date)) throw new RangeError(`no such day: ${date.year}/${date.month}/${date.day}`)
  const cycles = Math.floor((date.year - CYCLE_START_YEAR) / CYCLE_YEARS)
  let days = CYCLE_START + cycles * CYCLE_DAYS + date.day - 1
  for (let year = CYCLE_START_YEAR + cycles * CYCLE_YEARS; year < date.year; year++) days += daysInJalaliYear(year)
  for (let month = 1; month < date.month; month++) days += countDaysInJalaliMonth(date.year, month)
  return new Date(days * DAY_MS).toISOString().slice(0, 10)
}

/** Months later (or earlier), the day clamped to the end of the month: 31 Shahrivar + 1 month is 30 Mehr. */
export function addJalaliMonths(date: JalaliDate, months: number): JalaliDate {
  const index = date.year * 12 + date.month - 1 + months
  const year = Math.floor(index / 12)
  const month = (index % 12) + 1
  return { year, month, day: Math.min(date.day, countDaysInJalaliMonth(year, month)) }
}

/** ISO date of an instant in Tehran: the day a citizen saw on the wall, wherever the server stands. */
export function findDayInTehran(instant: Date): string {
  return readTehran(instant).isoDate
}

/**
 * A day for reading: «سه‌شنبه ۳ آذر ۱۴۰۵» or "Tuesday 24 November 2026". `short` leaves the weekday out; `numeric` is
 * ۱۴۰۵/۰۹/۰۳ or 2026-11-24. Persian text has the Jalali calendar, English the Gregorian.
 */
export function formatDate(isoDate: string, locale: Locale, style: 'long' | 'short' | 'numeric' = 'short'): string {
  const weekday = (((daysFromIso(isoDate) + 4) % 7) + 7) % 7
  if (locale === 'en') {
    if (style === 'numeric') return isoDate.slice(0, 10)
    const [year, month, day] = isoDate.slice(0, 10).split('-').map(Number)
    const short = `${day} ${MONTHS_EN[month! - 1]} ${year}`
    return style === 'long' ? `${WEEKDAYS_EN[weekday]} ${short}` : short
  }
  const { year, month, day } = jalaliFromIso(isoDate)
  if (style === 'numeric') return toPersianDigits(`${year}/${pad(month)}/${pad(day)}`)
  const short = toPersianDigits(`${day} ${MONTHS_FA[month - 1]} ${year}`)
  return style === 'long' ? `${WEEKDAYS_FA[weekday]} ${short}` : short
}

/** The time of day in Tehran: ۹:۴۰ or 09:40. */
export function formatTime(instant: string | Date, locale: Locale): string {
  const { hour, minute } = readTehran(new Date(instant))
  return locale === 'fa' ? toPersianDigits(`${hour}:${pad(minute)}`) : `${pad(hour)}:${pad(minute)}`
}

/** Day and time of an instant in Tehran, the day as `formatDate` writes it. */
export function formatInstant(instant: string | Date, locale: Locale, style: 'long' | 'short' = 'short'): string {
  const day = formatDate(readTehran(new Date(instant)).isoDate, locale, style)
  return locale === 'fa' ? `${day}، ساعت ${formatTime(instant, locale)}` : `${day}, ${formatTime(instant, locale)}`
}

const tehran = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Tehran', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
}) // prettier-ignore

function readTehran(instant: Date): { isoDate: string; hour: number; minute: number } {
  const parts = Object.fromEntries(tehran.formatToParts(instant).map(({ type, value }) => [type, value]))
  return { isoDate: `${parts.year}-${parts.month}-${parts.day}`, hour: Number(parts.hour), minute: Number(parts.minute) }
}

function daysFromIso(isoDate: string): number {
  const days = Date.parse(`${isoDate.slice(0, 10)}T00:00:00Z`) / DAY_MS
  if (!Number.isInteger(days)) throw new RangeError(`not an ISO date: ${isoDate}`)
  return days
}

function daysInJalaliYear(year: number): number {
  return isJalaliLeap(year) ? 366 : 365
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
