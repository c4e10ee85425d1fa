import type { FastifyInstance } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'

/** What came of asking for a while. */
export interface LoadOutcome {
  answered: number
  /** Statuses other than 200 and 204, with the address. */
  failures: string[]
  slowestMs: number
}

/** Ask these addresses over and over, eight at a time, while `work` goes on. */
export async function loadWhile(app: FastifyInstance, urls: string[], work: () => Promise<void>): Promise<LoadOutcome> {
  let isOver = false
  const outcome: LoadOutcome = { answered: 0, failures: [], slowestMs: 0 }
  const askers = Array.from({ length: 8 }, async (_, asker) => {
    for (let i = asker; !isOver; i++) {
      const url = urls[i % urls.length]!
      const askedAt = performance.now()
      const { statusCode, body } = await app.inject({ url })
      outcome.answered++
      outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - askedAt)
      if (statusCode !== 200 && statusCode !== 204) outcome.failures.push(`${statusCode} ${url} ${body.slice(0, 200)}`)
      await sleep(2)
    }
  })
  try {
    await work()
  } finally {
    isOver = true
    await Promise.all(askers)
  }
  return outcome
}
