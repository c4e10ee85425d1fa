import { expect, test } from 'vitest'
import { Crowded, openTurnstile } from '../../tiles/turnstile.ts'

const staying = new AbortController().signal

/** Work that ends when told. */
function hold() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { work: () => promise, end: resolve }
}

test('no more than its width pass at once, in the order in which they came', async () => {
  const turnstile = openTurnstile(2, 10)
  const order: number[] = []
  let inside = 0
  let most = 0
  await Promise.all(
    [1, 2, 3, 4, 5].map((turn) =>
      turnstile.pass(staying, async () => {
        order.push(turn)
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setTimeout(resolve, 2))
        inside--
      }),
    ),
  )
  expect(order).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
})

test('more than may wait are refused at once', async () => {
  const turnstile = openTurnstile(1, 1)
  const held = hold()
  const first = turnstile.pass(staying, held.work)
  const second = turnstile.pass(staying, () => Promise.resolve())
  await expect(turnstile.pass(staying, () => Promise.resolve())).rejects.toBeInstanceOf(Crowded)
  held.end()
  await Promise.all([first, second])
})

test('who leaves the queue makes room, and his work is never begun', async () => {
  const turnstile = openTurnstile(1, 1)
  const held = hold()
  const leaving = new AbortController()
  const first = turnstile.pass(staying, held.work)
  let begun = false
  const second = turnstile.pass(leaving.signal, () => ((begun = true), Promise.resolve()))
  leaving.abort(new Error('left'))
  await expect(second).rejects.toThrow('left')
  const third = turnstile.pass(staying, () => Promise.resolve('third'))
  held.end()
  await first
  expect(await third).toBe('third')
  expect(begun).toBe(false)
})

test('a failure frees its place', async () => {
  const turnstile = openTurnstile(1, 0)
  await expect(turnstile.pass(staying, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await turnstile.pass(staying, () => Promise.resolve('next'))).toBe('next')
})
