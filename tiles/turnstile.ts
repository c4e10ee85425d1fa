/** Thrown when more callers wait than the turnstile lets. */
export class Crowded extends Error {}

/** Lets `width` callers through at a time, first come first served; at most `limit` more may wait. */
export interface Turnstile {
  /** Run `work` when it is this caller's turn. A caller whose signal aborts while waiting leaves the queue. */
  pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
  waiting(): number
}

export function openTurnstile(width: number, limit: number): Turnstile {
  const queue = new Set<() => void>()
  let inside = 0

  function waitForTurn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const enter = () => {
      signal.removeEventListener('abort', leave)
      resolve()
    }
    const leave = () => {
      queue.delete(enter)
      reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    queue.add(enter)
    return promise
  }

  /** Hand the place to the next in the queue, or leave it free. */
  function handOn() {
    const [next] = queue
    if (!next) return void inside--
    queue.delete(next)
    next()
  }

  async function pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    if (inside >= width) {
      if (queue.size >= limit) throw new Crowded(`${queue.size} are already waiting`)
      await waitForTurn(signal)
    } else inside++
    try {
      return await work()
    } finally {
      handOn()
    }
  }

  return { pass, waiting: () => queue.size }
}
