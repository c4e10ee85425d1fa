import type { Answer } from './traffic/replay.ts'

/** One edit that was committed: `from` may be shown to requests sent until a second later, not after. */
export interface DoneEdit {
  id: number
  from: string
  committedAt: number // milliseconds of the wall clock
  tiles: readonly string[]
}

export interface StaleCheck {
  /** Answers of a tile with an edited parcel, asked for after the second: so many times a parcel was looked up in one. */
  checked: number
  stale: { tile: string; id: number; afterMs: number }[]
}

/** How long after a commit the old may still be shown. */
export const PATIENCE_MS = 1000

/**
 * The answers that show a parcel as it was, to requests sent more than a second after the edit was committed. Each parcel is edited
 * once in a run, so the old value can only be old.
 * @param read land use by parcel of what an answer (tile and ETag) showed; null when its bytes are not known
 */
export function findStale(
  answers: readonly Pick<Answer, 'tile' | 'sentAt' | 'etag' | 'status'>[],
  edits: readonly DoneEdit[],
  read: (tile: string, etag: string) => ReadonlyMap<number, string> | null,
): StaleCheck {
  const byTile = new Map<string, DoneEdit[]>()
  for (const edit of edits) for (const tile of edit.tiles) byTile.set(tile, [...(byTile.get(tile) ?? []), edit])
  const result: StaleCheck = { checked: 0, stale: [] }
  for (const { tile, sentAt, etag, status } of answers) {
    if (status !== 200 && status !== 304) continue
    for (const { id, from, committedAt } of byTile.get(tile) ?? []) {
      if (sentAt <= committedAt + PATIENCE_MS) continue
      const shown = read(tile, etag)?.get(id)
      if (shown === undefined) continue
      result.checked++
      if (shown === from) result.stale.push({ tile, id, afterMs: sentAt - committedAt })
    }
  }
  return result
}
