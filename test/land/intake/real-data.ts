import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SourceFeature } from '#src/land/intake/types.ts'

/** Real files beside the repository; tests of them are skipped, and say so, where they are not. */
export const REAL_DATA = resolve('..', 'shared', 'data')

/** Is a data set there? Says loudly when it is not. */
export function hasRealData(name: string): boolean {
  const isThere = existsSync(resolve(REAL_DATA, name))
  if (!isThere) console.warn(`\n*** REAL DATA ABSENT: ${resolve(REAL_DATA, name)} — its import tests are SKIPPED ***\n`)
  return isThere
}

/** Every feature of a source. */
export async function readAll(features: AsyncIterable<SourceFeature>): Promise<SourceFeature[]> {
  const all: SourceFeature[] = []
  for await (const feature of features) all.push(feature)
  return all
}
