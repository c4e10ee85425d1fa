import { expect, test } from 'vitest'
import { openFlights } from '../../tiles/flights.ts'

const staying = new AbortController().signal

test('the same work asked for at once is done once', async () => {
  const flights = openFlights<string>()
  const work = Promise.withResolvers<string>()
  let started = 0
  const join = () => flights.join('a', staying, () => (started++, work.promise))
  const answers = [join(), join(), join()]
  work.resolve('done')
  expect(await Promise.all(answers)).toEqual(['done', 'done', 'done'])
  expect(started).toBe(1)
  expect(flights.count()).toBe(0)
})

test('other work is done apart, and the same work again once it has ended', async () => {
  const flights = openFlights<number>()
  let started = 0
  const work = () => Promise.resolve(++started)
  expect(await Promise.all([flights.join('a', staying, work), flights.join('b', staying, work)])).toEqual([1, 2])
  expect(await flights.join('a', staying, work)).toBe(3)
})

test('one who leaves does not spoil it for the others', async () => {
  const flights = openFlights<string>()
  const leaving = new AbortController()
  const work = Promise.withResolvers<string>()
  let aborted = false
  const watch = (signal: AbortSignal) => (signal.addEventListener('abort', () => (aborted = true)), work.promise)
  const first = flights.join('a', leaving.signal, watch)
  const second = flights.join('a', staying, watch)
  leaving.abort(new Error('left'))
  await expect(first).rejects.toThrow('left')
  expect(aborted).toBe(false)
  work.resolve('done')
  expect(await second).toBe('done')
})

test('when all have left the work is called off, and who comes next starts afresh', async () => {
  const flights = openFlights<string>()
  const leaving = new AbortController()
  let aborted = false
  const never = (signal: AbortSignal) =>
    new Promise<string>((_, reject) => signal.addEventListener('abort', () => ((aborted = true), reject(signal.reason as Error))))
  const both = [flights.join('a', leaving.signal, never), flights.join('a', leaving.signal, never)]
  leaving.abort(new Error('left'))
  for (const one of both) await expect(one).rejects.toThrow('left')
  expect(aborted).toBe(true)
  expect(await flights.join('a', staying, () => Promise.resolve('fresh'))).toBe('fresh')
})

test('a failure reaches everyone who waits and is forgotten', async () => {
  const flights = openFlights<string>()
  const fail = () => Promise.reject(new Error('broken'))
  const both = [flights.join('a', staying, fail), flights.join('a', staying, fail)]
  for (const one of both) await expect(one).rejects.toThrow('broken')
  expect(await flights.join('a', staying, () => Promise.resolve('mended'))).toBe('mended')
})

test('who has already left starts nothing', async () => {
  const flights = openFlights<string>()
  await expect(
    flights.join('a', AbortSignal.abort(new Error('left')), () => Promise.reject(new Error('started'))),
  ).rejects.toThrow('left')
})
