import type { Map as MapLibreMap } from 'maplibre-gl'
import type { Bbox } from '#src/kernel/bbox.ts'
import { followEvents, type LiveEvents } from './follow-events.ts'
import { createGlow } from './glow-features.ts'
import { createTileRefresher } from './refresh-tiles.ts'
import type { TileTriple, TileVersions } from './tile-versions.ts'
import { chooseWatchedBox, serves } from './watch-box.ts'

export interface LiveMapOptions {
  map: MapLibreMap
  versions: TileVersions
  sets: readonly string[]
  isStill: boolean
  /** Something about this feature has changed; null: any may have. */
  onChange: (feature: { set: string; layer: string; id: number } | null, written: string) => void
  /** Changes have not arrived for half a minute, or arrive again. */
  onLive: (isLive: boolean) => void
  /** Tiles that had failed have come after all. */
  onWhole: () => void
}

export interface LiveMap {
  /** What this page itself has just changed, from the answer to its edit: drawn at once. */
  show(set: string, version: number, tiles: readonly TileTriple[]): void
  close(): void
}

/** Tiles listed beyond this number are asked for over up to a second, whatever the server says. */
const FEW_TILES = 40
const MANY_SPREAD_MS = 1_000
/** The server begins a stream ten seconds early. A stream that took longer to come has missed something. */
const OVERLAP_MS = 8_000
const MOVE_MS = 400

/** Keep an open map as the database is: tiles that change are asked for again, changed features glow, nothing flickers. */
export function openLiveMap({ map, versions, sets, isStill, onChange, onLive, onWhole }: LiveMapOptions): LiveMap {
  const glow = createGlow(map, isStill)
  const refresher = createTileRefresher(map, sets, versions, { onFresh: () => glow.prolong(), onWhole })
  const openedAt = performance.now()
  let box = chooseWatchedBox(viewOf(map))
  let isFirst = true
  let isUpToDate = false
  let due: { at: number; timer: ReturnType<typeof setTimeout> } | null = null
  let moving: ReturnType<typeof setTimeout> | undefined

  const hearers: { [Name in keyof LiveEvents]: (data: LiveEvents[Name]) => void } = {
    tiles({ set, version, spread, tiles, all }) {
      if (!versions.note(set, version, tiles, all)) return
      refresher.dropChanged()
      refreshWithin(tiles.length > FEW_TILES || all ? Math.max(spread, MANY_SPREAD_MS) : spread)
    },
    'feature-state'({ set, layer, id, state: { changed, ...state }, written }) {
      if (!sets.includes(set)) return
      if (Object.keys(state).length > 0) map.setFeatureState({ source: set, sourceLayer: layer, id }, state)
      if (changed === undefined) return
      // What was missed meanwhile is shown, but it is no news.
      if (isUpToDate) glow(set, layer, id)
      onChange({ set, layer, id }, written)
    },
    ready({ resumed, written }) {
      const isInTime = isFirst && performance.now() - openedAt < OVERLAP_MS
      isFirst = false
      isUpToDate = true
      if (resumed || isInTime) return
      versions.noteLoss()
      refresher.dropChanged()
      refreshWithin(MANY_SPREAD_MS)
      onChange(null, written)
    },
  }
  const events = followEvents({
    sets,
    box,
    onLive,
    onOpen: () => (isUpToDate = false),
    hear: (name, data) => hearers[name](data),
  })

  /** Ask for what has changed at a moment drawn by lot, so that ten thousand open maps do not all ask in the same one. */
  function refreshWithin(spreadMs: number) {
    const at = performance.now() + Math.random() * spreadMs
    if (due && due.at <= at) return
    if (due) clearTimeout(due.timer)
    due = { at, timer: setTimeout(refreshNow, at - performance.now()) }
  }

  function refreshNow() {
    if (due) clearTimeout(due.timer)
    due = null
    refresher.refresh()
  }

  function follow() {
    moving ??= setTimeout(() => {
      moving = undefined
      const view = viewOf(map)
      if (serves(box, view)) return
      box = chooseWatchedBox(view)
      refresher.dropOutside(box)
      events.watch(box)
    }, MOVE_MS)
  }
  map.on('move', follow)

  return {
    show(set, version, tiles) {
      versions.note(set, version, tiles)
      refreshNow()
    },
    close() {
      events.close()
      refresher.close()
      glow.close()
      clearTimeout(moving)
      if (due) clearTimeout(due.timer)
      map.off('move', follow)
    },
  }
}

function viewOf(map: MapLibreMap): Bbox {
  const bounds = map.getBounds()
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]
}
