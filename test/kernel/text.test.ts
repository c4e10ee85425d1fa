import { expect, test } from 'vitest'
import { foldText, normaliseOnWrite, toLatinDigits, toPersianDigits } from '#src/kernel/text.ts'
import { fc, it } from './fast-check-it.ts'

// Section 12.5 of the domain reference.
test.each([
  ['كاربري\u200c مسكوني', 'کاربری مسکونی'],
  ['کاربری مسکونی', 'کاربری مسکونی'],
  ['می\u200cشود', 'میشود'],
  ['آزادی', 'ازادی'],
  ['۱۲۳', '123'],
  ['١٢٣', '123'],
  ['خیابان  «شهریار»، پلاکِ ۱۱', 'خیابان شهریار پلاک 11'],
  ['مُحَمَّد', 'محمد'],
  ['خانهٔ مؤمن', 'خانه مومن'],
  ['Café-Naderi', 'café naderi'],
  ['  ', ''],
])('%s is searched as %s', (written, key) => {
  expect(foldText(written)).toBe(key)
})

it('folding twice changes nothing more', [fc.string({ unit: 'binary' })], (text) => {
  expect(foldText(foldText(text))).toBe(foldText(text))
})

test('what is written is kept, with Persian letters and single spaces', () => {
  expect(normaliseOnWrite(' علي  كريمي‌نيا ')).toBe('علی کریمی‌نیا')
  expect(normaliseOnWrite('می‌شود')).toBe('می‌شود')
})

test('digits go there and back', () => {
  expect(toPersianDigits('1405/9/3')).toBe('۱۴۰۵/۹/۳')
  expect(toLatinDigits('۱۴۰۵/٩/3')).toBe('1405/9/3')
})
