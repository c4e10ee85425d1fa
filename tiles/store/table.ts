import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { openSidePool } from '../../db/side-pool.ts'
import { isDatabaseGone } from '../../src/kernel/database-errors.ts'
import type { TileMetrics } from '../tile-metrics.ts'
import type { KeptTile } from './memory.ts'

/** What a row of `tiles.store` is found by, and what makes it worthless. */
export interface RowKey {
  set: string
  audience: string
  z: number
  x: number
  y: number
  /** Of the statement that renders it. */
  layerVersion: string
}

/** Rendered tiles in PostgreSQL, for all processes and beyond a restart. It never fails: a tile that cannot be read is rendered. */
export interface TileTable {
  /** Null when there is no row, or something of `layers` has changed that the row has not seen. */
  read(from: pg.Pool, key: RowKey, layers: readonly string[]): Promise<KeptTile | null>
  /** Written soon, in the background; dropped when the table cannot keep up. `snapshot`: what the rendering has seen at least. */
  write(key: RowKey, tile: PackedTile, snapshot: string): void
  /** Resolves when all that was to be written has been, or given up. */
  settle(): Promise<void>
  close(): Promise<void>
}

const ROWS_AT_ONCE = 24
const MOST_WAITING = 512
/** After a failed write no other is tried for so long: a full disk does not become less full by asking. */
const PAUSE_MS = 15_000
/** Between two attempts while the database is away. */
const AWAY_MS = 300
/** A row is found in a millisecond; when the table does not answer (locked, say), a tile is rendered sooner than it is waited for. */
const READ_TIMEOUT_MS = 500
const READ_PAUSE_MS = 1_000

/** Of a tile what a row holds. */
export interface PackedTile {
  fingerprint: string
  gzip: Buffer
}

interface Waiting {
  key: RowKey
  tile: PackedTile
  snapshot: string
}

interface Reader {
  pool: pg.Pool
  /** Nothing is read before, milliseconds since the epoch. */
  pausedUntil: number
}

export function openTileTable(pool: pg.Pool, metrics: TileMetrics): TileTable {
  const writers = openSidePool(pool, { size: 1, name: 'barzan tile store', timeoutMs: 10_000 })
  const readers = new Map<pg.Pool, Reader>()
  const waiting: Waiting[] = []
  let writing: Promise<void> | null = null
  let pausedUntil = 0
  let isClosed = false

  function readerOf(from: pg.Pool): Reader {
    let reader = readers.get(from)
    if (!reader) {
      const pool = openSidePool(from, { size: 2, name: 'barzan tile store', timeoutMs: READ_TIMEOUT_MS })
      readers.set(from, (reader = { pool, pausedUntil: 0 }))
    }
    return reader
  }

  async function findRow(reader: Reader, values: unknown[]): Promise<KeptTile | null> {
    const client = await reader.pool.connect()
    let isUsable = false
    try {
      const isPaused = Date.now() < reader.pausedUntil // since this one began to wait for a connection
      const { rows } = isPaused ? { rows: [] } : await client.query<[string, Buffer]>({ ...READ, values, rowMode: 'array' })
      isUsable = true
      const row = rows[0]
      return row ? { fingerprint: row[0], isEmpty: row[1].length === 0, gzip: row[1], plain: null, askedAt: 0, asks: 0 } : null
    } finally {
      client.release(!isUsable)
    }
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const rows = waiting.splice(0, ROWS_AT_ONCE)
      try {
        await writers.query({ ...WRITE, values: [...toColumns(rows)] })
      } catch (error) {
        metrics.storeFailed('write')
        if (isDatabaseGone(error) && !isClosed) {
          // It comes back, and what was made is as good then: a tile is stored with what its rendering has seen.
          waiting.unshift(...rows)
          waiting.length = Math.min(waiting.length, MOST_WAITING)
          await sleep(AWAY_MS)
          continue
        }
        pausedUntil = Date.now() + PAUSE_MS
        waiting.length = 0
      }
    }
  }

  function start() {
    writing ??= writeAll().finally(() => {
      writing = null
      if (waiting.length > 0) start()
    })
  }

  return {
    async read(from, { set, audience, z, x, y, layerVersion }, layers) {
      const reader = readerOf(from)
      if (Date.now() < reader.pausedUntil) return null
      try {
        return await findRow(reader, [z, x, y, set, audience, layerVersion, layers])
      } catch {
        metrics.storeFailed('read')
        reader.pausedUntil = Date.now() + READ_PAUSE_MS
        return null
      }
    },
    write(key, tile, snapshot) {
      if (waiting.length >= MOST_WAITING || Date.now() < pausedUntil) return
      waiting.push({ key, tile, snapshot })
      start()
    },
    async settle() {
      while (writing) await writing
    },
    async close() {
      isClosed = true
      waiting.length = 0
      await writing
      await Promise.all([writers.end(), ...[...readers.values()].map(({ pool }) => pool.end())])
    },
  }
}

/** One array for each column; a tile that waits twice is written as it was last, since a statement may not touch a row twice. */
function* toColumns(rows: readonly Waiting[]) {
  const last = [...new Map(rows.map((row) => [Object.values(row.key).join(' '), row])).values()]
  yield last.map(({ key }) => key.z)
  yield last.map(({ key }) => key.x)
  yield last.map(({ key }) => key.y)
  yield last.map(({ key }) => key.set)
  yield last.map(({ key }) => key.audience)
  yield last.map(({ key }) => key.layerVersion)
  yield last.map(({ snapshot }) => snapshot)
  yield last.map(({ tile }) => tile.fingerprint)
  yield last.map(({ tile }) => tile.gzip)
}

const READ = {
  name: 'tiles-read',
  text: `select s.etag, s.bytes from tiles.store s
where s.z = $1 and s.x = $2 and s.y = $3 and s.set_id = $4 and s.audience = $5 and s.format = 'mvt' and s.layer_version = $6
  and not exists (
    select from tiles.changes c
    where c.set_id = $4 and c.z = $1 and c.x = $2 and c.y = $3 and c.layer = any($7::text[]) and not pg_visible_in_snapshot(c.xid, s.snapshot))
  and not exists (
    select from tiles.changes c
    where c.set_id = $4 and c.z = -1 and c.x = 0 and c.y = 0 and not pg_visible_in_snapshot(c.xid, s.snapshot))`,
}

/** What another process has stored of a later moment stays. What comes so late that changes since may have been swept is not taken. */
const WRITE = {
  name: 'tiles-write',
  text: `insert into tiles.store (z, x, y, set_id, audience, layer_version, snapshot, etag, bytes)
select * from unnest($1::smallint[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::pg_snapshot[], $8::text[], $9::bytea[])
  as made (z, x, y, set_id, audience, layer_version, snapshot, etag, bytes)
where pg_snapshot_xmin(snapshot) > (select swept_xid from tiles.home)
on conflict (z, x, y, set_id, audience, format) do update
set layer_version = excluded.layer_version, snapshot = excluded.snapshot, etag = excluded.etag, bytes = excluded.bytes, stored_at = now()
where store.layer_version <> excluded.layer_version or pg_snapshot_xmax(store.snapshot) <= pg_snapshot_xmax(excluded.snapshot)`,
}
