import type { Bbox } from '../src/kernel/bbox.ts'
import { findTileBox, meetsBox } from '../src/kernel/tile-box.ts'
import type { Audience } from '../src/people/access/types.ts'
import { listVisibleLayers, type TileSet } from './catalogue.ts'
import type { ChangeBatch, TileChange } from './change-feed.ts'

/** Who looks at what: `bbox` null = everywhere. */
export interface Viewer {
  audience: Audience
  sets: readonly string[]
  bbox: Bbox | null
}

/** `tiles`: what one transaction changed of a set. `all`: every tile of the set may differ, none is listed. */
interface TilesNews {
  set: string
  /** The transaction's highest: two tellings of the same change carry the same one. */
  version: number
  /** Milliseconds over which those who are told should spread their requests. */
  spread: number
  tiles: [z: number, x: number, y: number][]
  all?: true
}

/** What one audience may know of a batch, ready to be cut to boxes. */
export interface News {
  tiles: { set: string; version: number; isAll: boolean; tiles: TilesNews['tiles']; boxes: Bbox[] }[]
  states: { set: string; box: Bbox; frame: string }[]
}

/** Most tiles and features listed to one viewer at once; beyond, the set counts as changed. */
export const MOST_TOLD = 500
/** Most changed tiles of a set that are held against each viewer's box. */
const MOST_COMPARED = 5_000

/** What this audience may know of a batch: layers it may not see have never changed. One piece for each transaction and set. */
export function gatherNews(batch: ChangeBatch, audience: Audience, catalogue: readonly TileSet[]): News {
  const visible = new Map(
    catalogue.map((set) => [set.id, new Set(listVisibleLayers(set, audience).map((layer) => layer.id))] as const),
  )
  const pieces = new Map<string, TileChange[]>()
  const counts = new Map<string, number>()
  for (const change of batch.tiles) {
    const layers = visible.get(change.set)
    if (!layers || (change.z !== -1 && !layers.has(change.layer))) continue
    const key = `${change.set} ${change.xid}`
    const piece = pieces.get(key)
    if (piece) piece.push(change)
    else pieces.set(key, [change])
    counts.set(change.set, (counts.get(change.set) ?? 0) + 1)
  }
  const tiles: News['tiles'] = []
  for (const changes of pieces.values()) {
    const { set } = changes[0]!
    const version = changes.reduce((highest, change) => Math.max(highest, change.version), 0)
    const isAll = changes.some(({ z }) => z === -1) || counts.get(set)! > MOST_COMPARED
    const listed = isAll ? [] : listOnce(changes)
    tiles.push({ set, version, isAll, tiles: listed, boxes: listed.map(([z, x, y]) => findTileBox({ z, x, y })) })
  }
  const written = batch.standing.lsn // whoever asks for the feature sends it along, and no replica answers with an older state
  const states = batch.states
    .filter(({ set, layer }) => visible.get(set)?.has(layer))
    .map(({ set, layer, id, state, box }) => ({
      set,
      box,
      frame: writeEvent('feature-state', { set, layer, id, state, written }),
    }))
  return { tiles, states }
}

/** The events for one viewer; '' when nothing concerns him. The last one carries `id`, where he goes on after an interruption. */
export function tellViewer(news: News, { sets, bbox }: Omit<Viewer, 'audience'>, id: string, spread: number): string {
  const concerns = (box: Bbox) => bbox === null || meetsBox(box, bbox)
  let frames = ''
  const told = new Map<string, number>()
  const whole = new Map<string, number>()
  for (const piece of news.tiles) {
    if (!sets.includes(piece.set)) continue
    const tiles = piece.isAll ? [] : piece.tiles.filter((_, index) => concerns(piece.boxes[index]!))
    if (!piece.isAll && tiles.length === 0) continue
    const count = (told.get(piece.set) ?? 0) + tiles.length
    told.set(piece.set, count)
    if (piece.isAll || count > MOST_TOLD) {
      whole.set(piece.set, Math.max(piece.version, whole.get(piece.set) ?? 0))
      continue
    }
    frames += writeEvent('tiles', { set: piece.set, version: piece.version, spread, tiles } satisfies TilesNews)
  }
  for (const [set, version] of whole) {
    frames += writeEvent('tiles', {
      set,
      version,
      spread: Math.max(spread, WHOLE_SPREAD_MS),
      tiles: [],
      all: true,
    } satisfies TilesNews)
  }
  const states = news.states.filter(({ set, box }) => sets.includes(set) && concerns(box))
  // So many at once are a load of data, not the work of a colleague: the tiles show it.
  if (states.length <= MOST_TOLD) for (const { frame } of states) frames += frame
  return frames && `${frames.slice(0, -1)}id: ${id}\n\n`
}

/** One server-sent event. The data is JSON without line breaks. */
export function writeEvent(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** A whole set is asked for again by everyone who shows it. */
const WHOLE_SPREAD_MS = 1_000

function listOnce(changes: readonly TileChange[]): TilesNews['tiles'] {
  const tiles = new Map<string, TilesNews['tiles'][number]>()
  for (const { z, x, y } of changes) tiles.set(`${z}/${x}/${y}`, [z, x, y])
  return [...tiles.values()]
}
