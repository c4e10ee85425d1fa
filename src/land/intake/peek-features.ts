import { RefusalError } from './refusal.ts'
import type { SourceFeature } from './types.ts'

/** Features looked at to learn the fields of a format that has no list of them. */
const PEEKED = 1000

/** The fields of the first features, and all features from the first on: nothing is read twice. @throws RefusalError when there are none */
export async function peekFeatures(
  source: AsyncIterable<SourceFeature>,
): Promise<{ fields: string[]; features: AsyncIterable<SourceFeature> }> {
  const iterator = source[Symbol.asyncIterator]()
  const first: SourceFeature[] = []
  const fields = new Set<string>()
  while (first.length < PEEKED) {
    const next = await iterator.next()
    if (next.done) break
    first.push(next.value)
    for (const name of Object.keys(next.value.properties)) fields.add(name)
  }
  if (first.length === 0) throw new RefusalError('The file has no features.')
  return { fields: [...fields], features: resume(first, iterator) }
}

async function* resume(first: SourceFeature[], iterator: AsyncIterator<SourceFeature>): AsyncGenerator<SourceFeature> {
  try {
    yield* first
    for (;;) {
      const next = await iterator.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}
