/** Runs tasks, at most so many at once and so many in line behind them. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T>

/**
 * A gate for work that is heavy on processor or memory. Tasks beyond `atOnce` wait in order; beyond `waiting` the task is not
 * begun and `refuse()` says why (it throws).
 */
export function limitConcurrency(limits: { atOnce: number; waiting: number }, refuse: () => Error): Gate {
  let running = 0
  const line: (() => void)[] = []
  return async (task) => {
    if (running >= limits.atOnce) {
      if (line.length >= limits.waiting) throw refuse()
      await new Promise<void>((resolve) => line.push(resolve)) // whoever ends hands its place on: `running` stays
    } else {
      running++
    }
    try {
      return await task()
    } finally {
      const next = line.shift()
      if (next) next()
      else running--
    }
  }
}
