import type { ChangeBatch, ChangeFeed } from '#tiles/change-feed.ts'

/** A change feed without a database: a test says what was committed, and what is remembered. */
export interface FeedByHand extends ChangeFeed {
  tell(batch: Pick<ChangeBatch, 'tiles' | 'states'>): void
  /** Stand at this number without news. */
  stand(at: number): void
  countListeners(): number
}

/** Its snapshots are `n:n:`, and every change of batch n is visible from there on. */
export function openFeedByHand({ standsAt = 1 }: { standsAt?: number | null } = {}): FeedByHand {
  const listeners = new Set<(batch: ChangeBatch) => void>()
  const batches: { at: number; batch: ChangeBatch }[] = []
  let at = standsAt
  const standing = () => (at === null ? null : { snapshot: `${at}:${at}:`, lsn: '0/0', turn: at })
  return {
    standing,
    silentMs: () => 0,
    standingAt: standing,
    catchUp: async () => undefined,
    onBatch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    since(snapshot) {
      const from = Number(/^(\d+):\1:$/.exec(snapshot)?.[1])
      if (!(from <= (at ?? 0))) return null
      const later = batches.filter((told) => told.at > from)
      return {
        tiles: later.flatMap(({ batch }) => batch.tiles),
        states: later.flatMap(({ batch }) => batch.states),
        standing: standing()!,
      }
    },
    knows: () => true,
    hasChangedSince: () => false,
    close: async () => undefined,
    tell({ tiles, states }) {
      at = (at ?? 0) + 1
      const batch = { tiles, states, standing: standing()! }
      batches.push({ at, batch })
      for (const listener of listeners) listener(batch)
    },
    stand: (next) => void (at = next),
    countListeners: () => listeners.size,
  }
}
