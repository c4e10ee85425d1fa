import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { isDatabaseGone } from '../../src/kernel/database-errors.ts'
import { Problem } from '../../src/kernel/problem.ts'
import type { Audience } from '../../src/people/access/types.ts'
import type { TileAddress } from '../address.ts'
import { MAX_ZOOM, MIN_ZOOM, type TileSet } from '../catalogue.ts'
import type { TileRequest, Tiles } from '../find-tile.ts'

/** How far a fill has come: tiles looked at of all, and how many of them had to be made. */
export interface FillProgress {
  done: number
  total: number
  made: number
}

export interface FillOptions {
  sets: readonly TileSet[]
  audience?: Audience
  /** Tiles made at once. One leaves the other core to people. */
  atOnce?: number
  signal?: AbortSignal
  onProgress?: (progress: FillProgress) => void
}

/** Longest a fill waits for people's requests before each of its tiles. */
const MOST_PATIENCE_MS = 2_000
const AGAIN_MS = 500

/**
 * See that the table holds every tile of the sets that the municipalities lie in, low zooms first. People go first: while somebody
 * waits for a tile, none is made here. While the database is away, the fill waits for it; a tile that cannot be made is left to whoever
 * asks for it.
 */
export async function fillStore(pool: pg.Pool, tiles: Tiles, options: FillOptions): Promise<FillProgress> {
  const { sets, audience = 'public', atOnce = 1, signal = new AbortController().signal, onProgress = () => {} } = options
  const addresses = await listTiles(pool)
  const progress: FillProgress = { done: 0, total: addresses.length * sets.length, made: 0 }
  const work = listWork()
  function* listWork() {
    for (const address of addresses) for (const set of sets) yield { set, audience, address }
  }
  async function workOn() {
    for (const request of work) {
      if (signal.aborted) return
      for (let waited = 0; tiles.isBusy() && waited < MOST_PATIENCE_MS && atOnce === 1; waited += 20) await sleep(20)
      const isMade = await storeInTime(tiles, request, signal)
      if (signal.aborted) return
      if (isMade) progress.made++
      progress.done++
      onProgress(progress)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, workOn))
  // A process that ends does not wait for a database that is away.
  if (!signal.aborted) await Promise.race([tiles.settle(), once(signal, 'abort')])
  return progress
}

async function storeInTime(tiles: Tiles, request: TileRequest, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      return await tiles.store(request, signal)
    } catch (error) {
      const mayPass = isDatabaseGone(error) || (error instanceof Problem && error.code === 'busy')
      if (!mayPass) return false
      await sleep(AGAIN_MS)
    }
  }
  return false
}

/** Tiles that the land of the municipalities lies in, from afar to near. */
async function listTiles(pool: pg.Pool): Promise<TileAddress[]> {
  const { rows } = await pool.query<[number, number, number]>({
    rowMode: 'array',
    text: `
      with grounds as (
        select ST_Transform(ST_Envelope(boundary_4326), 3857) as box from land.municipalities where boundary_4326 is not null
        union all
        select ST_SetSRID(ST_Extent(geom_3857)::geometry, 3857) from tiles.block_uses group by municipality_id
      )
      select distinct t.z, t.x, t.y from grounds cross join lateral tiles.cover(box, $1, $2) t order by 1, 2, 3`,
    values: [MIN_ZOOM, MAX_ZOOM],
  })
  return rows.map(([z, x, y]) => ({ z, x, y }))
}

/** A process that has not been heard of for so long has ended. */
const SILENCE = '20 seconds'
const TELL_EVERY_MS = 2_000

/**
 * Fill the store unless another process is doing it; how far it has come stands in `tiles.fills`.
 * @returns null when another process is at it
 */
export async function fillInTurn(pool: pg.Pool, tiles: Tiles, options: FillOptions): Promise<FillProgress | null> {
  const holder = randomUUID()
  const taken = await pool.query(
    `update tiles.fills set holder = $1, heard_at = now(), started_at = now(), finished_at = null, done = 0, total = 0
     where holder is null or heard_at < now() - $2::interval`,
    [holder, SILENCE],
  )
  if (taken.rowCount === 0) return null
  let latest: FillProgress = { done: 0, total: 0, made: 0 }
  const tell = (isOver: boolean) =>
    pool.query(
      `update tiles.fills set holder = case when $4::boolean then null else holder end, heard_at = now(), done = $2::int, total = $3::int,
         finished_at = case when $4::boolean and $2::int = $3::int then now() end
       where holder = $1`,
      [holder, latest.done, latest.total, isOver],
    )
  const timer = setInterval(() => void tell(false).catch(() => undefined), TELL_EVERY_MS)
  try {
    return await fillStore(pool, tiles, {
      ...options,
      onProgress(progress) {
        latest = progress
        options.onProgress?.(progress)
      },
    })
  } finally {
    clearInterval(timer)
    await tell(true).catch(() => undefined)
  }
}
