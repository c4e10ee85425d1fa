/** Work that several callers wait for at once. */
export interface Flights<T> {
  /**
   * Start the work named by `key`, or join it when it is already under way. `signal` of the caller takes only that caller
   * away; when the last one has gone, the work's own signal is aborted and whoever comes next starts afresh.
   */
  join(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Whoever comes next starts afresh; those who wait are still answered. */
  retire(key: string): void
  retireAll(): void
  count(): number
}

interface Flight<T> {
  result: Promise<T>
  waiting: number
  abandon: AbortController
}

/** Identical concurrent requests are answered by one piece of work (single flight). */
export function openFlights<T>(): Flights<T> {
  const flights = new Map<string, Flight<T>>()

  function start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abandon = new AbortController()
    const flight: Flight<T> = { waiting: 0, abandon, result: work(abandon.signal).finally(() => forget(key, flight)) }
    flight.result.catch(() => {}) // an abandoned flight has nobody left to hear its error
    flights.set(key, flight)
    return flight
  }

  function forget(key: string, flight: Flight<T>) {
    if (flights.get(key) === flight) flights.delete(key)
  }

  async function join(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const flight = flights.get(key) ?? start(key, work)
    flight.waiting++
    const gone = Promise.withResolvers<never>()
    const leave = () => gone.reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([flight.result, gone.promise])
    } finally {
      signal.removeEventListener('abort', leave)
      if (--flight.waiting === 0) {
        forget(key, flight)
        flight.abandon.abort() // does nothing to work that is already done
      }
    }
  }

  return { join, retire: (key) => void flights.delete(key), retireAll: () => flights.clear(), count: () => flights.size }
}
