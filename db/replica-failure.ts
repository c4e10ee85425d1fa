import { isDatabaseGone } from '../src/kernel/database-errors.ts'

/**
 * What a failed query says of the replica it was sent to.
 * - `gone`: it does not answer, is full, ends, or reads its disk wrongly: nobody else should be sent there
 * - `only-this`: the replica is in order, but could not answer this query as the primary can
 * - `answered`: the primary would say the same
 */
export type Blame = 'gone' | 'only-this' | 'answered'

/** Its resources, its disk, its files; ended sessions and databases; damaged pages. */
const ILL = /^(53...|58...|57P0[45]|XX00[12])$/
/**
 * Cancelled because replaying needed what the query still read (in a read-only session these have no other cause); or the schema
 * has something on the primary that has not been replayed yet.
 */
const BEHIND = /^(40001|40P01|42P01|42703|42883|42704|3F000)$/

/** Whom to blame for a query that failed on a replica. Pure. */
export function blameReplica(error: unknown): Blame {
  const message = error instanceof Error ? error.message : ''
  // All its connections are busy, or it hangs; whether it does, the next question to it will tell.
  if (/timeout exceeded when trying to connect/.test(message)) return 'only-this'
  if (isDatabaseGone(error)) return 'gone'
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code !== 'string') return 'answered'
  return ILL.test(code) ? 'gone' : BEHIND.test(code) ? 'only-this' : 'answered'
}
