import * as fc from 'fast-check'
import { test } from 'vitest'

export { fc }

/** A property that holds for whatever the arbitraries make. */
export function it<T extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  check: (...values: T) => void,
): void {
  test(name, () => fc.assert(fc.property(...arbitraries, check)))
}
