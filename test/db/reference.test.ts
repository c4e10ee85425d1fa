import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseCsv } from '#src/kernel/parse-csv.ts'
import { LAND_USES } from '#src/land/parcels/types.ts'

const read = (name: string) => parseCsv(readFileSync(new URL(`../../db/reference/${name}`, import.meta.url), 'utf8'))

test('the land-use classes are those the code knows, each with its source', () => {
  const uses = read('land-uses.csv')
  expect(uses.map((use) => use.code)).toEqual([...LAND_USES])
  for (const use of uses)
    expect(
      Object.values(use).every((cell) => cell !== ''),
      use.code,
    ).toBe(true)
})

test('use codes of Massachusetts: each once, each one of our classes or none', () => {
  const rows = read('massachusetts-uses.csv')
  expect(rows.length).toBeGreaterThan(100)
  expect(new Set(rows.map((row) => row.source)).size).toBe(rows.length)
  for (const { source, use } of rows) expect(['', ...LAND_USES], source).toContain(use)
})
