import { expect, test } from 'vitest'
import { limitConcurrency } from '#src/kernel/limit-concurrency.ts'

test('so many at once, so many in line, the rest refused; a failure makes room', async () => {
  const gate = limitConcurrency({ atOnce: 2, waiting: 2 }, () => new Error('full'))
  let running = 0
  let most = 0
  const releases: (() => void)[] = []
  const task = (fails = false) =>
    gate(async () => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => releases.push(resolve))
      running--
      if (fails) throw new Error('failed')
      return 'done'
    })
  const first = task(true)
  const others = [task(), task(), task()]
  await expect(task()).rejects.toThrow('full')
  first.catch(() => undefined)
  while (releases.length > 0) {
    releases.shift()!()
    await new Promise((resolve) => setTimeout(resolve))
  }
  await expect(first).rejects.toThrow('failed')
  expect(await Promise.all(others)).toEqual(['done', 'done', 'done'])
  expect(most).toBe(2)
  const again = task()
  releases.shift()!()
  expect(await again).toBe('done')
})
