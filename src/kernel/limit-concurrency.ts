/** Runs tasks, at most so many at once and so many in line behind them. A caller whose `signal` aborts while in line leaves it. */
export type Gate = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/**
 * A gate for work that is heavy on processor, memory or database. Tasks beyond `atOnce` wait in order; beyond `waiting` the task is
 * not begun and `refuse()` says why (it is thrown).
 */
export function limitConcurrency({ atOnce, waiting }: { atOnce: number; waiting: number }, refuse: () => Error): Gate {
  const line = new Set<() => void>()
  let running = 0

  function waitForTurn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const enter = () => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }
    const leave = () => {
      line.delete(enter)
      reject(signal!.reason as Error)
    }
    signal?.addEventListener('abort', leave, { once: true })
    line.add(enter)
    return promise
  }

  /** Hand the place to the next in line, or leave it free. */
  function handOn() {
    const [next] = line
    if (!next) return void running--
    line.delete(next)
    next()
  }

  return async (task, signal) => {
    signal?.throwIfAborted()
    if (running >= atOnce) {
      if (line.size >= waiting) throw refuse()
      await waitForTurn(signal)
    } else running++
    try {
      return await task()
    } finally {
      handOn()
    }
  }
}
