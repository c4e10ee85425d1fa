import { expect, test } from 'vitest'
import { parseCsv } from '#src/kernel/parse-csv.ts'

test('rows by column name; quotes, commas and line breaks inside them; either line ending', () => {
  expect(parseCsv('a,b\r\n1,"x, ""y"""\r\n2,"two\nlines"\n\n3')).toEqual([
    { a: '1', b: 'x, "y"' },
    { a: '2', b: 'two\nlines' },
  ])
})

test('a short row has empty cells; no text has no rows', () => {
  expect(parseCsv('a,b,c\n1,2\n')).toEqual([{ a: '1', b: '2', c: '' }])
  expect(parseCsv('')).toEqual([])
})
