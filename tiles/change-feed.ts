import type pg from 'pg'
import { readLsn } from '../db/lsn.ts'
import { openSidePool } from '../db/side-pool.ts'
import { readSnapshot, sees, type Snapshot } from './snapshot.ts'

/** A tile that a committed transaction changed. `z` = -1: every tile of the set. */
export interface TileChange {
  version: number
  xid: bigint
  set: string
  /** '' with `z` = -1 */
  layer: string
  z: number
  x: number
  y: number
}

/** What a transaction has to say of one feature. `box`: west, south, east, north in degrees. */
export interface FeatureState {
  version: number
  xid: bigint
  set: string
  layer: string
  id: number
  state: Record<string, unknown>
  box: [number, number, number, number]
}

/** A point in the life of the database: every change visible in `snapshot` (pg_snapshot as text) has been delivered. */
export interface Standing {
  snapshot: string
  /** A WAL position that is not before any of them: a replica that has replayed it shows them all. */
  lsn: string
  /** Counts the polls of this process. */
  turn: number
}

export interface ChangeBatch {
  tiles: TileChange[]
  states: FeatureState[]
  standing: Standing
}

/** Told of everything that changes tiles, exactly once and in the order in which this process sees it. */
export interface ChangeFeed {
  /** Null until the database has been reached. */
  standing(): Standing | null
  /** How long nothing has been heard of the database, milliseconds. */
  silentMs(): number
  /** The newest standing known whose `lsn` is not after this one. */
  standingAt(lsn: string): Standing | null
  /** Resolves when everything committed before the call has been delivered to all listeners. Throws when the database cannot be asked. */
  catchUp(): Promise<void>
  /** Called for each poll that brought something. */
  onBatch(listener: (batch: ChangeBatch) => void): () => void
  /** All changes not visible in that snapshot; null when it is unreadable, older than what is kept or newer than what is known: start anew. */
  since(snapshot: string): ChangeBatch | null
  /** Whether the change with this version has been delivered, or is older than what is kept. */
  knows(version: number): boolean
  /** Whether one of `layers` of this tile has changed after `standing`. */
  hasChangedSince(standing: Standing, set: string, layers: ReadonlySet<string>, z: number, x: number, y: number): boolean
  close(): Promise<void>
}

export interface ChangeFeedOptions {
  /** Between two polls, milliseconds. */
  intervalMs?: number
  /** Changed tiles kept for those who ask what they missed. */
  keep?: number
}

type Row = [
  snapshot: string,
  lsn: string,
  swept: string,
  tiles: [number, string, string, string, number, number, number][] | null,
  states: [number, string, string, string, number, Record<string, unknown>, number, number, number, number][] | null,
]

/**
 * Follow `tiles.changes` and `tiles.feature_states` of the primary. A poll reads what is visible now and was not in the snapshot of the
 * poll before: transactions that commit out of order of their numbers are neither missed nor told twice, and nobody has to notify.
 */
export function openChangeFeed(pool: pg.Pool, { intervalMs = 200, keep = 20_000 }: ChangeFeedOptions = {}): ChangeFeed {
  const side = openSidePool(pool, { size: 1, name: 'barzan changes', timeoutMs: 5_000 })
  const listeners = new Set<(batch: ChangeBatch) => void>()
  /** Polls that brought something, oldest first; and the standings of all recent ones. */
  const kept: ChangeBatch[] = []
  const standings: Standing[] = []
  const versions = new Set<number>()
  let keptTiles = 0
  /** Changes of transactions up to this one may have been forgotten; versions up to that. */
  let forgottenXid = 0n
  let forgottenVersion = 0
  let forgottenTurn = 0
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  let isClosed = false
  let heardAt = performance.now()
  let timer: NodeJS.Timeout | undefined

  async function poll(): Promise<void> {
    const last = standings.at(-1) ?? null
    if (!last) await side.query('select tiles.move_in()')
    const { rows } = await side.query<Row>({
      ...(last ? LATER : FIRST),
      values: last ? [last.snapshot] : [keep],
      rowMode: 'array',
    })
    const [snapshot, lsn, swept, tileRows, stateRows] = rows[0]!
    const standing: Standing = { snapshot, lsn, turn: (last?.turn ?? 0) + 1 }
    const tiles = (tileRows ?? []).map(([version, xid, set, layer, z, x, y]): TileChange => ({
      version,
      xid: BigInt(xid),
      set,
      layer,
      z,
      x,
      y,
    }))
    const states = (stateRows ?? []).map(([version, xid, set, layer, id, state, ...box]): FeatureState => ({
      version,
      xid: BigInt(xid),
      set,
      layer,
      id,
      state,
      box,
    }))
    if (!last) {
      forgottenXid = BigInt(swept)
      // All that is kept in the table, or else the newest of it: then nobody can be told what came before.
      if (tiles.length >= keep) forgottenXid = readSnapshot(snapshot)!.xmax
      forgottenVersion = tiles.reduce((least, { version }) => Math.min(least, version), Number.MAX_SAFE_INTEGER) - 1
      const { xmin, xmax } = readSnapshot(snapshot)!
      if (tiles.length === 0 || xmin < xmax) forgottenVersion = 0 // an earlier one may be under way
    }
    standings.push(standing)
    heardAt = performance.now()
    if (standings.length > STANDINGS_KEPT) standings.shift()
    if (tiles.length > 0 || states.length > 0) deliver({ tiles, states, standing }, last !== null)
  }

  function deliver(batch: ChangeBatch, isNews: boolean) {
    kept.push(batch)
    keptTiles += batch.tiles.length
    for (const { version } of batch.tiles) versions.add(version)
    while (kept.length > 1 && keptTiles > keep) forget(kept.shift()!)
    if (isNews) for (const listener of listeners) listener(batch)
  }

  function forget({ tiles, states, standing }: ChangeBatch) {
    forgottenTurn = standing.turn
    keptTiles -= tiles.length
    for (const { version } of tiles) versions.delete(version)
    for (const { xid } of [...tiles, ...states]) if (xid > forgottenXid) forgottenXid = xid
    // Of a transaction that was under way then, and may be still, an earlier version can be yet to come.
    if (readSnapshot(standings.at(-1)!.snapshot)!.xmin < readSnapshot(standing.snapshot)!.xmax) return
    for (const { version } of tiles) forgottenVersion = Math.max(forgottenVersion, version)
  }

  function run(): Promise<void> {
    running = poll().finally(() => (running = null))
    return running
  }

  function catchUp(): Promise<void> {
    if (!running) return run()
    // The poll under way may have begun before the caller's transaction ended.
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null
        // Somebody who waited for that one may have begun another: two at once would tell the same twice.
        return running ?? run()
      })
    return next
  }

  function schedule() {
    timer = setTimeout(() => {
      catchUp()
        .catch(() => {}) // asked again in a moment; whoever needs to know calls catchUp
        .finally(() => !isClosed && schedule())
    }, intervalMs)
    timer.unref()
  }
  catchUp()
    .catch(() => {})
    .finally(() => !isClosed && schedule())

  function unseen(seen: Snapshot): ChangeBatch {
    return {
      tiles: kept.flatMap((batch) => batch.tiles.filter(({ xid }) => !sees(seen, xid))),
      states: kept.flatMap((batch) => batch.states.filter(({ xid }) => !sees(seen, xid))),
      standing: standings.at(-1)!,
    }
  }

  return {
    standing: () => standings.at(-1) ?? null,
    silentMs: () => performance.now() - heardAt,
    standingAt(lsn) {
      const reached = readLsn(lsn) ?? 0n
      return standings.findLast((standing) => readLsn(standing.lsn)! <= reached) ?? null
    },
    catchUp,
    onBatch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    since(text) {
      const standing = standings.at(-1)
      const seen = readSnapshot(text)
      if (!standing || !seen || seen.xmin <= forgottenXid || seen.xmax > readSnapshot(standing.snapshot)!.xmax) return null
      return unseen(seen)
    },
    knows: (version) => versions.has(version) || version <= forgottenVersion,
    hasChangedSince(standing, set, layers, z, x, y) {
      for (let index = kept.length - 1; index >= 0 && kept[index]!.standing.turn > standing.turn; index--) {
        const hit = kept[index]!.tiles.some(
          (change) =>
            change.set === set &&
            (change.z === -1 || (change.z === z && change.x === x && change.y === y && layers.has(change.layer))),
        )
        if (hit) return true
      }
      return standing.turn < forgottenTurn
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await Promise.allSettled([running, next])
      await side.end()
    },
  }
}

/** A minute of polls: the longest a rendering may have begun ago, several times over. */
const STANDINGS_KEPT = 300

const TILE = 'json_build_array(change_id, xid::text, set_id, layer, z, x, y)'
const STATE = `json_build_array(feature_state_id, xid::text, set_id, layer, feature_id, state,
    ST_XMin(degrees), ST_YMin(degrees), ST_XMax(degrees), ST_YMax(degrees))`
const STANDING = 'pg_current_snapshot()::text, pg_current_wal_insert_lsn()::text, (select swept_xid::text from tiles.home)'

/** What the table keeps, at most `$1` tiles: enough to tell those who were away while this process was. */
const FIRST = {
  name: 'tiles-first-changes',
  text: `select ${STANDING},
  (select json_agg(${TILE} order by change_id) from (select * from tiles.changes order by change_id desc limit $1) c),
  (select json_agg(${STATE} order by feature_state_id) from (
     select *, ST_Transform(box, 4326) as degrees from tiles.feature_states order by feature_state_id desc limit 2000) s)`,
}
const LATER = {
  name: 'tiles-later-changes',
  text: `select ${STANDING},
  (select json_agg(${TILE} order by change_id) from tiles.changes
   where xid >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(xid, $1::pg_snapshot)),
  (select json_agg(${STATE} order by feature_state_id) from (
     select *, ST_Transform(box, 4326) as degrees from tiles.feature_states
     where xid >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(xid, $1::pg_snapshot)) s)`,
}
