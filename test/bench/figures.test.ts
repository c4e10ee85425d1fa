import { expect, test } from 'vitest'
import { replaceFigures, writeTable, type Figure, type Results } from './figures.ts'

const figure = (group: Figure['group'], name: string, value: number, limit?: number): Figure => ({
  group,
  name,
  value,
  unit: 'ms',
  limit,
})
const results = (figures: Figure[], commit = 'abc'): Results => ({
  parcels: 20_000,
  date: '2026-11-24',
  commit,
  machine: { cpu: 'A', cores: 2, memoryGB: 8, os: 'Linux 6' },
  versions: { Node: '24' },
  figures,
})

test('a part measured again replaces its figures, the others keep theirs', () => {
  const old = [figure('tiles', 'a', 1), figure('api', 'b', 2)]
  expect(replaceFigures(old, [figure('tiles', 'c', 3)])).toEqual([figure('tiles', 'c', 3), figure('api', 'b', 2)])
})

test('a part of a group measured alone leaves the other parts', () => {
  const of = (part: string, name: string, value: number): Figure => ({ ...figure('tiles', name, value), part })
  const old = [of('cold', 'a', 1), of('warm', 'b', 2)]
  expect(replaceFigures(old, [of('warm', 'c', 3)], true)).toEqual([of('cold', 'a', 1), of('warm', 'c', 3)])
  expect(replaceFigures(old, [of('warm', 'c', 3)])).toEqual([of('warm', 'c', 3)])
})

test('the table says what changed and what is above its limit', () => {
  const table = writeTable(
    results([figure('tiles', 'a', 12, 10), figure('api', 'b', 5, 20), figure('api', 'c', 1)]),
    results([figure('tiles', 'a', 10), figure('api', 'b', 5)], 'old'),
  )
  expect(table).toContain('| tiles | a | 12 ms | ≤ 10 **above** | +20 % |  |')
  expect(table).toContain('| api | b | 5 ms | ≤ 20 ✓ | = |  |')
  expect(table).toContain('| api | c | 1 ms |  | new |  |')
  expect(table).toContain('Compared with old of 2026-11-24.')
})
