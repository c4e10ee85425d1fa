import { expect, test } from 'vitest'
import { digitsFor, formatArea, formatLength, formatNumber, formatRials, formatShare } from '#src/kernel/numbers.ts'

test('separators, decimals and the minus of each language', () => {
  expect(formatNumber(1_234_567_890.5, 'fa')).toBe('۱٬۲۳۴٬۵۶۷٬۸۹۰٫۵')
  expect(formatNumber(1_234_567_890.5, 'en')).toBe('1,234,567,890.5')
  expect(formatNumber(-20.4, 'fa', 1)).toBe('\u200e\u2212۲۰٫۴')
  expect(formatNumber(13.454, 'fa', 2)).toBe('۱۳٫۴۵')
  expect(formatNumber(999, 'fa')).toBe('۹۹۹')
  expect(formatNumber(0, 'en', 2)).toBe('0.00')
  expect(formatNumber(-0.001, 'en', 2)).toBe('0.00')
})

test('every quantity has its unit, every amount says ریال', () => {
  expect(formatArea(311.2, 'fa')).toBe('۳۱۱٫۲۰ مترمربع')
  expect(formatArea(311.2, 'en', 1)).toBe('311.2 m²')
  expect(formatLength(23.54, 'fa')).toBe('۲۳٫۵۴ متر')
  expect(formatRials(10_000_000_000n, 'fa')).toBe('۱۰٬۰۰۰٬۰۰۰٬۰۰۰ ریال')
  expect(formatRials(99_999_999_999_999_999_999n, 'en')).toBe('99,999,999,999,999,999,999 rials')
})

test('a share that is something never reads nothing, one that is not all never reads all', () => {
  expect(formatShare(0.065, 'fa')).toBe('۶٫۵٪')
  expect(formatShare(1, 'fa')).toBe('۱۰۰٪')
  expect(formatShare(0, 'en')).toBe('0%')
  expect(formatShare(0.00001, 'en')).toBe('under 0.1%')
  expect(formatShare(0.99999, 'en')).toBe('99.9%')
  expect(formatShare(0.99999, 'fa')).toBe('۹۹٫۹٪')
})

test('codes change their digits and nothing else', () => {
  expect(digitsFor('1-4-1032-11-0-0-0', 'fa')).toBe('۱-۴-۱۰۳۲-۱۱-۰-۰-۰')
  expect(digitsFor(1405, 'en')).toBe('1405')
  expect(digitsFor('پهنهٔ R1', 'fa')).toBe('پهنهٔ R۱')
})

test('a text in Latin letters keeps its own digits', () => {
  expect(digitsFor('1A-172', 'fa')).toBe('1A-172')
  expect(digitsFor('219 Monsignor O’Brien Hwy', 'fa')).toBe('219 Monsignor O’Brien Hwy')
})
