import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import type { TileRequest } from '../../tiles/find-tile.ts'
import { openRenewal } from '../../tiles/store/renew.ts'

const at = (z: number, x: number): TileRequest => ({ set: CATALOGUE[0]!, audience: 'public', address: { z, x, y: 1 } })

let made: string[]
let renewal: ReturnType<typeof openRenewal>
beforeEach(() => {
  vi.useFakeTimers()
  made = []
  renewal = openRenewal(async ({ address: { z, x } }) => void made.push(`${z}/${x}`))
})
afterEach(async () => {
  await renewal.close()
  vi.useRealTimers()
})
const add = (z: number, x: number, askedAt = 1) => renewal.add(`${z}/${x}`, at(z, x), askedAt)

test('what somebody has looked at last is made first', async () => {
  add(16, 1, 10)
  add(16, 2, 30)
  add(14, 3, 20)
  expect(made).toEqual([])
  await renewal.settle()
  expect(made).toEqual(['16/2', '14/3', '16/1'])
})

test('a tile settles before it is made, once for all changes of its edit, and not for ever', async () => {
  add(16, 1)
  await vi.advanceTimersByTimeAsync(900)
  add(16, 1)
  await vi.advanceTimersByTimeAsync(900)
  expect(made).toEqual([])
  for (let ms = 0; ms < 2_000; ms += 100) {
    add(16, 1)
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(made[0]).toBe('16/1') // three seconds after the first change, though it went on
})

test('low zooms wait longer, and hold nothing up that is due', async () => {
  add(13, 1, 100)
  add(16, 2, 1)
  await vi.advanceTimersByTimeAsync(1_100)
  expect(made).toEqual(['16/2'])
  expect(renewal.state()).toEqual({ waiting: 0, oldestSeconds: 0 })
  await vi.advanceTimersByTimeAsync(9_000)
  expect(made).toEqual(['16/2', '13/1'])
})

test('one that fails is left to whoever asks, and the next is made', async () => {
  const tried: number[] = []
  const failing = openRenewal(async ({ address: { x } }) => {
    tried.push(x)
    if (x === 1) throw new Error('the database is away')
  })
  failing.add('a', at(16, 1), 2)
  failing.add('b', at(16, 2), 1)
  await failing.settle()
  expect(tried).toEqual([1, 2])
  await failing.close()
})
