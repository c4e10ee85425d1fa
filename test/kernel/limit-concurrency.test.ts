import { expect, test } from 'vitest'
import { limitConcurrency } from '#src/kernel/limit-concurrency.ts'

const full = () => new Error('full')

/** Work that ends when told. */
function hold() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { work: () => promise, end: resolve }
}

test('no more than allowed run at once, in the order in which they came', async () => {
  const gate = limitConcurrency({ atOnce: 2, waiting: 10 }, full)
  const order: number[] = []
  let running = 0
  let most = 0
  await Promise.all(
    [1, 2, 3, 4, 5].map((turn) =>
      gate(async () => {
        order.push(turn)
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, 2))
        running--
      }),
    ),
  )
  expect(order).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
})

test('more than may wait are refused at once', async () => {
  const gate = limitConcurrency({ atOnce: 1, waiting: 1 }, full)
  const held = hold()
  const first = gate(held.work)
  const second = gate(() => Promise.resolve())
  await expect(gate(() => Promise.resolve())).rejects.toThrow('full')
  held.end()
  await Promise.all([first, second])
})

test('who leaves the line makes room, and his work is never begun', async () => {
  const gate = limitConcurrency({ atOnce: 1, waiting: 1 }, full)
  const held = hold()
  const leaving = new AbortController()
  const first = gate(held.work)
  let begun = false
  const second = gate(() => ((begun = true), Promise.resolve()), leaving.signal)
  leaving.abort(new Error('left'))
  await expect(second).rejects.toThrow('left')
  const third = gate(() => Promise.resolve('third'))
  held.end()
  await first
  expect(await third).toBe('third')
  expect(begun).toBe(false)
})

test('who has left before he came is not let in', async () => {
  const gate = limitConcurrency({ atOnce: 1, waiting: 1 }, full)
  await expect(gate(() => Promise.resolve(), AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
})

test('a failure frees its place', async () => {
  const gate = limitConcurrency({ atOnce: 1, waiting: 0 }, full)
  await expect(gate(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await gate(() => Promise.resolve('next'))).toBe('next')
})
