import { expect, test } from 'vitest'
import { findStale } from './find-stale.ts'

const edit = { id: 7, from: 'RES', committedAt: 10_000, tiles: ['land/16/1/1', 'land/15/0/0'] }
const shown: Record<string, string> = { old: 'RES', new: 'COM' }
const read = (_tile: string, etag: string) => (etag in shown ? new Map([[7, shown[etag]!]]) : null)
const answer = (sentAt: number, etag: string, tile = 'land/16/1/1', status = 200) => ({ tile, sentAt, etag, status })

test('the old value counts only for requests sent more than a second after the commit', () => {
  const answers = [answer(9_000, 'old'), answer(10_900, 'old'), answer(11_001, 'old'), answer(12_000, 'new')]
  expect(findStale(answers, [edit], read)).toEqual({ checked: 2, stale: [{ tile: 'land/16/1/1', id: 7, afterMs: 1_001 }] })
})

test('who is told that what he holds still holds is shown what he holds', () => {
  expect(findStale([answer(12_000, 'old', 'land/15/0/0', 304)], [edit], read).stale).toHaveLength(1)
  expect(findStale([answer(12_000, 'new', 'land/15/0/0', 304)], [edit], read).stale).toHaveLength(0)
})

test('other tiles, refusals and answers whose bytes are not known are not counted as looked into', () => {
  const answers = [answer(12_000, 'old', 'land/16/2/2'), answer(12_000, 'old', 'land/16/1/1', 503), answer(12_000, 'unknown')]
  expect(findStale(answers, [edit], read)).toEqual({ checked: 0, stale: [] })
})
