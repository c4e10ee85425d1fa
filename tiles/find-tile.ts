import { createHash } from 'node:crypto'
import type pg from 'pg'
import { AUDIENCES, type Audience } from '../src/people/access/types.ts'
import type { TileAddress } from './address.ts'
import { listVisibleLayers, type TileSet } from './catalogue.ts'
import type { ChangeBatch, ChangeFeed, Standing } from './change-feed.ts'
import { openFlights } from './flights.ts'
import { openRenderer, type RendererOptions } from './render.ts'
import { composeTileStatement, type TileStatement } from './statement.ts'
import { findEmptyTop, openEmptyGround } from './store/empties.ts'
import { packTile } from './pack-tile.ts'
import { NOTHING, openTileMemory, type KeptTile } from './store/memory.ts'
import { openRenewal } from './store/renew.ts'
import { openTileTable } from './store/table.ts'
import { UNMEASURED, type TileMetrics, type TileSource } from './tile-metrics.ts'

/** One tile of one set as one audience sees it. */
export interface TileRequest {
  set: TileSet
  audience: Audience
  address: TileAddress
}

export interface FoundTile {
  tile: KeptTile
  source: TileSource
}

/** Where a tile is read or rendered: a server, and a standing that it has certainly reached; null: nothing is known of changes. */
export interface TileServer {
  pool: pg.Pool
  standing: Standing | null
  /** Take note of what failed there. True when the primary may be asked instead. */
  noteFailure?: (error: unknown) => boolean
}

export interface TilesOptions extends RendererOptions {
  /** Told of changes; without it nothing is kept, and every tile is rendered. */
  feed?: ChangeFeed | null
  /** false: nothing is kept though changes are known. */
  keepsTiles?: boolean
  catalogue: readonly TileSet[]
  /** Chosen for each tile anew; the primary when left out, or when the tile has changed since what the server has reached. */
  chooseServer?: () => TileServer
  /** Of compressed tiles kept in memory. */
  memoryBytes?: number
  metrics?: TileMetrics
  /** Called after a changed tile has been made again. */
  onRenewed?: (request: TileRequest) => unknown
}

export interface Tiles {
  /** A tile from memory, at once. */
  peek(request: TileRequest): FoundTile | null
  /** A tile from memory, from the table, or rendered; those who ask for the same one at the same time get the same. */
  find(request: TileRequest, signal: AbortSignal): Promise<FoundTile>
  /** Make sure that the table holds this tile. False: it already did. */
  store(request: TileRequest, signal: AbortSignal): Promise<boolean>
  /** Renderings and renewals that people wait for. */
  isBusy(): boolean
  /** Resolves when nothing waits to be made again or to be written. */
  settle(): Promise<void>
  close(): Promise<void>
}

const MEMORY_BYTES = 128 * 2 ** 20
/**
 * Memory is trusted for so long without a word from the database. While it is away altogether nothing can change, and the map stays;
 * but it may be only us who cannot reach it.
 */
const MOST_SILENCE_MS = 60_000
/** A tile that changes while it is made is made again, so often. */
const MOST_ATTEMPTS = 3
const MOST_LOOKING = 4

/** The way to a tile: memory, ground known to be empty, the table of kept tiles, PostGIS. Told of each change, it keeps nothing stale. */
export function openTiles(pool: pg.Pool, options: TilesOptions): Tiles {
  const { feed = null, catalogue, metrics = UNMEASURED, memoryBytes = MEMORY_BYTES } = options
  const keepsTiles = feed !== null && (options.keepsTiles ?? true)
  const renderer = openRenderer(options)
  const flights = openFlights<FoundTile>()
  const memory = openTileMemory(memoryBytes)
  const empties = openEmptyGround()
  const table = keepsTiles ? openTileTable(pool, metrics) : null
  const statements = new Map<string, TileStatement | null>()
  const layers = new Map<string, ReadonlySet<string>>()
  /** Looks around empty tiles that are under way. */
  const looking = new Set<Promise<unknown>>()
  /** Tiles that are being compressed to be kept. */
  const packing = new Set<Promise<unknown>>()
  let lastChangeTurn = 0
  /** Requests that wait for a tile. */
  const asked = new Set<{ since: number }>()
  const renewal = openRenewal(async (request, signal) => {
    const key = keyOf(request)
    if (!memory.has(key)) await flights.join(key, signal, (abandon) => make(request, abandon))
    options.onRenewed?.(request)
  })
  const stopListening = feed?.onBatch(forgetChanged)
  metrics.watchMemory(memory.state)
  metrics.watchQueue('changes', renewal.state)
  metrics.watchQueue('requests', () => {
    const [oldest] = asked // in the order in which they came
    return { waiting: asked.size, oldestSeconds: oldest ? (performance.now() - oldest.since) / 1000 : 0 }
  })

  function findStatement({ set, audience, address: { z } }: TileRequest): TileStatement | null {
    const key = `${set.id} ${audience} ${z}`
    let statement = statements.get(key)
    if (statement === undefined) statements.set(key, (statement = composeTileStatement(set, audience, z)))
    return statement
  }

  function findLayers(set: TileSet, audience: Audience): ReadonlySet<string> {
    const key = `${set.id} ${audience}`
    let visible = layers.get(key)
    if (!visible) layers.set(key, (visible = new Set(listVisibleLayers(set, audience).map((layer) => layer.id))))
    return visible
  }

  function peek(request: TileRequest): FoundTile | null {
    if (feed && feed.silentMs() > MOST_SILENCE_MS) return null
    const tile = memory.get(keyOf(request))
    if (!tile) return empties.covers(kindOf(request), request.address) ? { tile: nothingOf(request), source: 'empty' } : null
    noteAsk(tile)
    return { tile, source: 'memory' }
  }

  async function find(request: TileRequest, signal: AbortSignal): Promise<FoundTile> {
    const found = peek(request)
    if (found) return found
    const asking = { since: performance.now() }
    asked.add(asking)
    try {
      const made = await flights.join(keyOf(request), signal, (abandon) => make(request, abandon))
      noteAsk(made.tile)
      return made
    } finally {
      asked.delete(asking)
    }
  }

  /** @param isWanted somebody wants to see it: it is kept in memory as well */
  async function make(request: TileRequest, signal: AbortSignal, isWanted = true): Promise<FoundTile> {
    const statement = findStatement(request)
    if (!statement) return { tile: nothingOf(request), source: 'empty' }
    for (let attempt = 1; ; attempt++) {
      const server = attempt === 1 ? chooseServer(request) : primary()
      try {
        const kept = table && server.standing && (await readKept(server, request, statement))
        const tile = kept ?? (await render(server, request, statement, signal))
        const source = kept ? 'store' : 'rendered'
        if (server.standing && hasChanged(server.standing, request)) {
          if (attempt < MOST_ATTEMPTS) continue
        } else if (table && server.standing) {
          if (isWanted) memory.set(keyOf(request), tile)
          if (!kept) await keep(request, statement, tile, server.standing, isWanted)
        }
        return { tile, source }
      } catch (error) {
        if (attempt > 1 || !server.noteFailure?.(error)) throw error
      }
    }
  }

  function primary(): TileServer {
    return { pool, standing: feed?.standing() ?? null }
  }

  function chooseServer(request: TileRequest): TileServer {
    const server = options.chooseServer?.() ?? primary()
    return server.pool !== pool && (!server.standing || hasChanged(server.standing, request)) ? primary() : server
  }

  function readKept({ pool: from }: TileServer, request: TileRequest, { version }: TileStatement): Promise<KeptTile | null> {
    return table!.read(from, rowKeyOf(request, version), [...findLayers(request.set, request.audience)])
  }

  async function render(
    server: TileServer,
    request: TileRequest,
    statement: TileStatement,
    signal: AbortSignal,
  ): Promise<KeptTile> {
    const { bytes, took } = await renderer.render(server.pool, statement, request.address, signal)
    statement.layers.forEach((layer, index) => metrics.layerRendered(request.set.id, layer, took[index] ?? 0))
    return {
      fingerprint: fingerprintOf(request, bytes),
      isEmpty: bytes.length === 0,
      gzip: bytes.length === 0 ? bytes : null,
      plain: bytes,
      askedAt: 0,
      asks: 0,
    }
  }

  /** Whoever takes it as it is need not wait until it is compressed; the store does. */
  async function keep(request: TileRequest, { version }: TileStatement, tile: KeptTile, standing: Standing, isWanted: boolean) {
    const write = (gzip: Buffer) =>
      table?.write(rowKeyOf(request, version), { fingerprint: tile.fingerprint, gzip }, standing.snapshot)
    if (tile.isEmpty) {
      if (looking.size >= MOST_LOOKING) return // it is in memory; who asks for the whole world has not the whole database for it
      const look = learnEmpty(request, standing)
        .then((isEmptyGround) => isEmptyGround || write(NOTHING))
        .catch(() => {})
        .finally(() => looking.delete(look))
      looking.add(look)
      return
    }
    const packed = packTile(tile).then((gzip) => {
      write(gzip)
      // Memory counts what it holds now; what has been dropped meanwhile stays dropped.
      if (isWanted && memory.get(keyOf(request)) === tile) memory.set(keyOf(request), tile)
    })
    packing.add(packed)
    void packed.finally(() => packing.delete(packed))
    if (!isWanted) await packed
  }

  /**
   * One look around an empty tile spares looking into all the others of an empty country, and keeping them: there are billions.
   * @returns whether there is nothing at all, not only nothing that is shown
   */
  async function learnEmpty(request: TileRequest, standing: Standing): Promise<boolean> {
    const top = await findEmptyTop(pool, request.set.id, request.address)
    if (top && lastChangeTurn <= standing.turn) {
      empties.remember(kindOf(request), top)
      memory.take(keyOf(request))
    }
    return top !== null
  }

  function hasChanged(standing: Standing, { set, audience, address: { z, x, y } }: TileRequest): boolean {
    return feed !== null && feed.hasChangedSince(standing, set.id, findLayers(set, audience), z, x, y)
  }

  function forgetChanged({ tiles, standing }: ChangeBatch) {
    if (tiles.length > 0) lastChangeTurn = standing.turn
    for (const { set: id, layer, z, x, y } of tiles) {
      const set = catalogue.find((candidate) => candidate.id === id)
      if (!set) continue
      for (const audience of AUDIENCES) {
        if (z === -1) forgetSet(set, audience)
        else if (findLayers(set, audience).has(layer)) {
          empties.forget(`${id} ${audience}`, { z, x, y })
          forgetTile({ set, audience, address: { z, x, y } })
        }
      }
    }
  }

  /** What was not asked for again since it was last made waits until it is: most tiles are looked at once, in passing. */
  function forgetTile(request: TileRequest) {
    const key = keyOf(request)
    flights.retire(key)
    const seen = memory.take(key)
    if (seen && seen.asks > 1) renewal.add(key, request, seen.askedAt)
  }

  function forgetSet(set: TileSet, audience: Audience) {
    const kind = `${set.id} ${audience}`
    empties.forget(kind, { z: -1, x: 0, y: 0 })
    flights.retireAll()
    for (const key of memory.list(`${kind} `)) {
      const [z, x, y] = key
        .slice(kind.length + 1)
        .split('/')
        .map(Number) as [number, number, number]
      forgetTile({ set, audience, address: { z, x, y } })
    }
  }

  return {
    peek,
    find,
    async store(request, signal) {
      if (memory.has(keyOf(request)) || empties.covers(kindOf(request), request.address)) return false
      return (
        (await flights.join(`store ${keyOf(request)}`, signal, (abandon) => make(request, abandon, false))).source === 'rendered'
      )
    },
    isBusy: () => asked.size > 0 || renewal.state().waiting > 0,
    async settle() {
      await renewal.settle()
      await Promise.all([...looking, ...packing])
      await table?.settle()
    },
    async close() {
      stopListening?.()
      await renewal.close()
      await Promise.all([...looking, ...packing])
      await renderer.close()
      await table?.close()
    },
  }
}

function noteAsk(tile: KeptTile) {
  tile.askedAt = Date.now()
  tile.asks++
}

const kindOf = ({ set, audience }: TileRequest) => `${set.id} ${audience}`
const keyOf = ({ set, audience, address: { z, x, y } }: TileRequest) => `${set.id} ${audience} ${z}/${x}/${y}`
const rowKeyOf = ({ set, audience, address: { z, x, y } }: TileRequest, layerVersion: string) => ({
  set: set.id,
  audience,
  z,
  x,
  y,
  layerVersion,
})

function nothingOf(request: TileRequest): KeptTile {
  return { fingerprint: fingerprintOf(request, NOTHING), isEmpty: true, gzip: NOTHING, plain: null, askedAt: 0, asks: 0 }
}

function fingerprintOf({ set, audience }: TileRequest, bytes: Buffer): string {
  return createHash('sha256').update(`${set.id} ${set.version} ${audience}\n`).update(bytes).digest('base64url').slice(0, 22)
}
