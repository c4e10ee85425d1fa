import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import { MIN_ZOOM } from '../catalogue.ts'
import type { TileAddress } from '../address.ts'
import { MARGIN } from '../statement.ts'

/** Where nothing is: tiles below which no set of this kind has anything at any zoom. */
export interface EmptyGround {
  /** Whether the tile lies in a subtree known to be empty. */
  covers(kind: string, address: TileAddress): boolean
  /** Remember everything below `top` as empty. */
  remember(kind: string, top: TileAddress): void
  /** Something has changed in this tile: it and what it lies in may be empty no more. `z` = -1: forget all of this kind. */
  forget(kind: string, address: TileAddress): void
}

/** A world at zoom 8 is 65,536 tiles: whoever asks for all of it makes us forget the first. */
const MOST_TOPS = 20_000

export function openEmptyGround(): EmptyGround {
  const tops = new LRUCache<string, true>({ max: MOST_TOPS })

  function* climb(kind: string, { z, x, y }: TileAddress) {
    for (let up = 0; z - up >= MIN_ZOOM; up++) yield `${kind} ${z - up}/${x >> up}/${y >> up}`
  }
  return {
    covers(kind, address) {
      for (const key of climb(kind, address)) if (tops.has(key)) return true
      return false
    },
    remember: (kind, { z, x, y }) => void tops.set(`${kind} ${z}/${x}/${y}`, true),
    forget(kind, address) {
      const keys = address.z === -1 ? [...tops.keys()].filter((key) => key.startsWith(`${kind} `)) : climb(kind, address)
      for (const key of keys) tops.delete(key)
    },
  }
}

/**
 * The widest tile around an empty one, or itself, in which no table that the set is drawn from has anything; null when there is none.
 * @param pool to ask; the tables are those that `tiles.watch` was told of
 */
export async function findEmptyTop(pool: pg.Pool, set: string, { z, x, y }: TileAddress): Promise<TileAddress | null> {
  const sources = await pool.query<{ source: string }>({
    name: 'tiles-sources',
    text: `select distinct source::text as source from tiles.watches
           where set_id = $1 and exists (select from pg_attribute where attrelid = source and attname = 'geom_3857' and not attisdropped)
           order by 1`,
    values: [set],
  })
  const isEmpty = sources.rows.map(({ source }) => `not exists (select from ${source} where geom_3857 && box)`)
  if (isEmpty.length === 0) return null
  const { rows } = await pool.query<{ z: number }>(
    `select zoom as z
     from generate_series(${MIN_ZOOM}, $1::int) zoom
     cross join lateral (select ST_TileEnvelope(zoom, $2::int >> ($1::int - zoom), $3::int >> ($1::int - zoom), margin => 1.0 / ${MARGIN}) as box) b
     where ${isEmpty.join(' and ')}
     order by 1 limit 1`,
    [z, x, y],
  )
  const top = rows[0]
  return top ? { z: top.z, x: x >> (z - top.z), y: y >> (z - top.z) } : null
}
