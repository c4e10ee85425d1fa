import { collectDefaultMetrics, Registry } from '@prometheus-io/client'

/** Where everything measured in this process is registered, and what `/metrics` writes out. Passed on as a value, never global. */
export type Metrics = Registry

/** Bounds of histograms of waiting, in seconds: from a tile out of memory (tens of microseconds) to the longest a request may take. */
export const SECONDS = [0.0001, 0.00025, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30]

/**
 * A registry of its own. `ofProcess` adds what Node tells of itself (event-loop lag, garbage collection, memory, CPU, open files):
 * once per process, since its observers run until the process ends.
 */
export function createMetrics(options: { ofProcess?: boolean } = {}): Metrics {
  const metrics = new Registry()
  if (options.ofProcess) collectDefaultMetrics({ register: metrics })
  return metrics
}
