import type { Db } from './connect.ts'
import { readLsn } from './lsn.ts'
import type { ReadPools } from './read-pools.ts'

/** Where each request reads, when reading is spread over replicas. */
export interface Reads {
  /** The database that this request reads: one that has everything the client knows to have been written. */
  of(request: { headers: Readonly<Record<string, string | string[] | undefined>> }): Db
  /**
   * Call before answering whoever has just written: his next requests see it, here and in every other process. Never throws; when the
   * database goes away just then, nothing is noted.
   */
  noteWrite(reply: { header(name: string, value: string): unknown }): Promise<void>
}

/** Carries the position of a write to its client, who sends it back; browsers do so with the cookie. */
const HEADER = 'x-barzan-written'
const COOKIE = 'barzan-written'
/** Long after every replica that still takes reads has replayed it. */
const COOKIE_SECONDS = 60

export function openReads(pools: Pick<ReadPools, 'choose' | 'findPosition'>): Reads {
  return {
    of: ({ headers }) => pools.choose({ atLeast: findWritten(headers) }).db,
    async noteWrite(reply) {
      const position = await pools.findPosition().catch(() => null)
      if (position === null) return
      reply.header(HEADER, position)
      reply.header(
        'set-cookie',
        `${COOKIE}=${position.replace('/', '-')}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax`,
      )
    },
  }
}

/** The latest position that a request says its client has written; null when it says none that can be read. */
export function findWritten(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  const cookie = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]{1,20})`).exec(String(headers.cookie ?? ''))?.[1]
  const positions = [String(headers[HEADER] ?? ''), cookie?.replace('-', '/') ?? ''].filter((text) => readLsn(text) !== null)
  return positions.sort((a, b) => (readLsn(a)! < readLsn(b)! ? -1 : 1)).at(-1) ?? null
}
