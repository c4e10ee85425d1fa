import type { ErrorEvent, Map as MapLibreMap } from 'maplibre-gl'
import { findTileBox, meetsBox } from '#src/kernel/tile-box.ts'
import type { Bbox } from '#src/kernel/bbox.ts'
import type { TileVersions } from './tile-versions.ts'

type TileManager = MapLibreMap['style']['tileManagers'][string]
type Tile = NonNullable<ReturnType<TileManager['getTileByID']>>

/** Brings the tiles of an open map up to the versions it was told of. */
export interface TileRefresher {
  /** Ask again for tiles in view that have changed, and forget those kept for later. The old ones are drawn until the new ones are there. */
  refresh(): void
  /** Forget changed tiles that are kept out of view, at once: they would be drawn when the reader comes back to them. */
  dropChanged(): void
  /** Forget tiles kept out of view that lie outside `box`: nobody tells of their changes. */
  dropOutside(box: Bbox): void
  close(): void
}

/** A tile under way is looked at again after this time, milliseconds. */
const BUSY_MS = 120
/** Tiles that failed are asked for again after this time, then twice as long, and so on; by lot. */
const FAILED_MS = 2_000
const LONGEST_MS = 30_000

/** `onFresh` is called when all that was asked for again is drawn, `onWhole` when tiles that had failed have come after all. */
export function createTileRefresher(
  map: MapLibreMap,
  sets: readonly string[],
  versions: TileVersions,
  { onFresh, onWhole }: { onFresh: () => void; onWhole: () => void },
): TileRefresher {
  /** The age at which each tile was last asked for. */
  const asked = new WeakMap<object, number>()
  const failed = new Set<Tile>()
  let tries = 0
  let retrying: ReturnType<typeof setTimeout> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let wasAsking = false
  let isClosed = false

  const noteAsking = ({ sourceId, tile }: { sourceId?: string; tile?: Tile }) => {
    if (tile && sourceId !== undefined && sets.includes(sourceId)) asked.set(tile, ageOf(sourceId, tile))
  }
  const noteFailure = (event: ErrorEvent) => {
    const { tile } = event as { tile?: Tile }
    if (!tile) return
    failed.add(tile)
    if (retrying !== undefined) return
    retrying = setTimeout(retry, Math.min(LONGEST_MS, FAILED_MS * 2 ** tries++) * (0.75 + Math.random() / 2))
  }
  const noteArrival = ({ tile }: { tile?: Tile }) => {
    if (!tile || !failed.delete(tile) || failed.size > 0) return
    tries = 0
    onWhole()
  }
  map.on('sourcedataloading', noteAsking)
  map.on('sourcedata', noteArrival)
  map.on('error', noteFailure)

  const ageOf = (set: string, tile: Tile) => versions.ageOf(set, tile.tileID.canonical)
  const hasChanged = (set: string, tile: Tile) => (asked.get(tile) ?? -1) < ageOf(set, tile)
  const managers = () =>
    isClosed ? [] : sets.flatMap((set) => (map.style.tileManagers[set] ? [[set, map.style.tileManagers[set]] as const] : []))

  function retry() {
    retrying = undefined
    // Those that have left the view meanwhile are asked for when it comes back.
    const inView = new Set(managers().flatMap(([, manager]) => listInView(manager)))
    for (const tile of failed) {
      if (inView.has(tile)) asked.delete(tile)
      else failed.delete(tile)
    }
    refresh()
  }

  function refresh() {
    clearTimeout(again)
    dropChanged()
    let isBusy = false
    let hasAsked = false
    for (const [set, manager] of managers()) {
      const changed: Tile[] = []
      for (const tile of listInView(manager)) {
        const isSettled = tile.state === 'loaded' || tile.state === 'errored'
        if (!isSettled && wasAsking) isBusy = true
        if (!hasChanged(set, tile)) continue
        // An answer under way would come after, or instead of, the one asked for now.
        if (isSettled) changed.push(tile)
        else isBusy = true
      }
      for (const tile of changed) asked.set(tile, ageOf(set, tile))
      hasAsked ||= changed.length > 0
      if (changed.length > 0) map.refreshTiles(set, changed.map((tile) => tile.tileID.canonical)) // prettier-ignore
    }
    if (isBusy || hasAsked) again = setTimeout(refresh, BUSY_MS)
    // A tile that turns out to be the same as before makes no event, and the map would never be idle again.
    else if (wasAsking) {
      map.triggerRepaint()
      onFresh()
    }
    wasAsking = isBusy || hasAsked
  }

  function dropChanged() {
    for (const [set, manager] of managers()) manager._outOfViewCache.filter((tile) => !hasChanged(set, tile))
  }

  return {
    refresh,
    dropChanged,
    dropOutside(box) {
      for (const [, manager] of managers())
        manager._outOfViewCache.filter((tile) => meetsBox(findTileBox(tile.tileID.canonical), box))
    },
    close() {
      isClosed = true
      clearTimeout(again)
      clearTimeout(retrying)
      map.off('sourcedataloading', noteAsking)
      map.off('sourcedata', noteArrival)
      map.off('error', noteFailure)
    },
  }
}

function listInView(manager: TileManager): Tile[] {
  return manager.getIds().flatMap((id) => manager.getTileByID(id) ?? [])
}
