import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import type { ParcelId } from '../parcels/types.ts'
import type { TileName, TouchedTiles } from './types.ts'

/** The zoom at which places are compared: the finest of the land's tiles. */
const FINEST = 16
/** Up to here the land is drawn as a mosaic, whose cells answer for each other. */
const FINEST_MOSAIC = 12

/** What one edit wrote, as its own transaction knows it. */
export interface EditNote {
  /** parcels that were changed or made, in the order of the answer */
  ids: ParcelId[]
  municipalityId: number
  tiles: TileName[]
  everyTile: boolean
  version: number
  /** range of tiles at zoom 16 that holds the edit and its blocks; null when no tile changed */
  span: Span | null
}

export type Span = [west: number, north: number, east: number, south: number]

/** Read, at the end of the edit's transaction, which tiles its triggers noted. */
export async function noteEdit(tx: Db, blockIds: readonly (number | null)[], ids: ParcelId[]): Promise<EditNote> {
  const { rows } = await sql<{
    municipality_id: number
    version: number | null
    every_tile: boolean | null
    tiles: TileName[] | null
  }>`
    select (select municipality_id from land.parcels where parcel_id = ${ids[0]}) as municipality_id,
      max(change_id) as version, bool_or(z = -1) filter (where set_id = 'land') as every_tile,
      json_agg(distinct jsonb_build_array(z, x, y)) filter (where set_id = 'land' and z >= 0) as tiles
    from tiles.changes where xid = pg_current_xact_id()`.execute(tx)
  const { municipality_id, version, every_tile, tiles } = rows[0]!
  if (version === null) {
    // Nothing was changed: every tile is as new as the newest change.
    const newest = await sql<{ version: number | null }>`select max(change_id) as version from tiles.changes`.execute(tx)
    return {
      ids,
      municipalityId: municipality_id,
      tiles: [],
      everyTile: false,
      version: newest.rows[0]!.version ?? 0,
      span: null,
    }
  }
  return {
    ids,
    municipalityId: municipality_id,
    tiles: tiles ?? [],
    everyTile: every_tile ?? false,
    version,
    span: widenSpan(tiles ?? [], await listBlockTiles(tx, blockIds)),
  }
}

/**
 * The tiles of an edit after the generalised tables have followed it: those it noted itself, and those of generalised blocks noted
 * later, where it lies or (the mosaics, which balance a whole city) anywhere. What somebody else edits in the same moment may be among
 * them; nothing of its own is missing.
 */
export async function readTouchedTiles(db: Db, note: EditNote): Promise<TouchedTiles> {
  if (!note.span) return { tiles: note.tiles, everyTile: note.everyTile, version: note.version }
  const { rows } = await sql<{ z: number; x: number; y: number; version: number }>`
    select z, x, y, max(change_id) as version from tiles.changes
    where change_id > ${note.version} and set_id = 'land' and layer = 'blocks' and z between 0 and ${FINEST}
    group by 1, 2, 3`.execute(db)
  const later = rows.filter(({ z, x, y }) => z <= FINEST_MOSAIC || isWithinSpan(note.span!, z, x, y))
  const names = new Map([...note.tiles, ...later.map(({ z, x, y }): TileName => [z, x, y])].map((tile) => [tile.join('/'), tile]))
  return {
    tiles: [...names.values()].sort((a, b) => b[0] - a[0] || a[1] - b[1] || a[2] - b[2]),
    everyTile: note.everyTile,
    version: later.reduce((most, { version }) => Math.max(most, version), note.version),
  }
}

/** The range that tiles of zoom 16 lie in; null when there are none. */
export function widenSpan(...lists: readonly (readonly TileName[])[]): Span | null {
  const finest = lists.flat().filter(([z]) => z === FINEST)
  if (finest.length === 0) return null
  const [xs, ys] = [finest.map(([, x]) => x), finest.map(([, , y]) => y)]
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

/** Whether a tile of any zoom meets the range, or borders on it: what is generalised reaches a little farther. */
export function isWithinSpan([west, north, east, south]: Span, z: number, x: number, y: number): boolean {
  const shift = FINEST - z
  return x >= (west >> shift) - 1 && x <= (east >> shift) + 1 && y >= (north >> shift) - 1 && y <= (south >> shift) + 1
}

/** Tiles of zoom 16 that the blocks lie in. */
async function listBlockTiles(tx: Db, blockIds: readonly (number | null)[]): Promise<TileName[]> {
  const { rows } = await sql<{ x: number; y: number }>`
    select t.x, t.y from land.blocks b cross join lateral tiles.cover(b.geom_3857, ${FINEST}::int, ${FINEST}::int) t
    where b.block_id = any (${blockIds.filter((id) => id !== null)}::bigint[])`.execute(tx)
  return rows.map(({ x, y }): TileName => [FINEST, x, y])
}
