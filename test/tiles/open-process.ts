import { gunzipSync } from 'node:zlib'
import type pg from 'pg'
import { openChangeFeed, type ChangeFeed } from '../../tiles/change-feed.ts'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { openTiles, type Tiles, type TilesOptions } from '../../tiles/find-tile.ts'
import type { TileRouteOptions } from '../../tiles/serve.ts'
import { UNMEASURED, type TileMetrics, type TileSource } from '../../tiles/tile-metrics.ts'
import { decodeTile } from './decode-tile.ts'
import { openTileApp } from './open-tile-app.ts'

/** What one process of Barzan knows of tiles: its memory, its feed and its routes, before a database that others share. */
export interface TileProcess {
  app: Awaited<ReturnType<typeof openTileApp>>
  feed: ChangeFeed
  tiles: Tiles
  /** Answers by where they came from, renderings, and failures of the table. */
  seen: Record<TileSource | 'renderings' | 'reads failed' | 'writes failed', number>
  ask(address: string, options?: { v?: number; headers?: Record<string, string> }): Promise<Told>
  close(): Promise<void>
}

export interface Told {
  status: number
  headers: Record<string, unknown>
  etag: string
  /** Land use by id of the parcels in the tile. */
  uses: Record<number, unknown>
  bytes: Buffer
}

export async function openProcess(
  pool: pg.Pool,
  {
    intervalMs = 200,
    ...options
  }: Partial<TilesOptions> & { intervalMs?: number; audienceOf?: TileRouteOptions['audienceOf'] } = {},
): Promise<TileProcess> {
  const seen = { memory: 0, store: 0, rendered: 0, empty: 0, renderings: 0, 'reads failed': 0, 'writes failed': 0 }
  const metrics: TileMetrics = {
    ...UNMEASURED,
    answered: (_set, _zoom, source) => void seen[source]++,
    layerRendered: (_set, layer) => void (['districts', 'street_lines', 'street_labels'].includes(layer) && seen.renderings++),
    storeFailed: (action) => void seen[`${action}s failed`]++,
  }
  const feed = openChangeFeed(pool, { intervalMs })
  const all = { catalogue: CATALOGUE, ...options, feed, metrics }
  const tiles = openTiles(pool, all)
  const app = await openTileApp({ pool, ...all, tiles })
  await feed.catchUp()
  return {
    app,
    feed,
    tiles,
    seen,
    async ask(address, { v, headers } = {}) {
      const url = `/tiles/${address}.mvt${v === undefined ? '' : `?v=${v}`}`
      const answer = await app.inject({ url, headers: { 'accept-encoding': 'gzip', ...headers } })
      const bytes = answer.statusCode === 200 ? gunzipSync(answer.rawPayload) : Buffer.alloc(0)
      const parcels = bytes.length > 0 ? (decodeTile(bytes).get('parcels') ?? []) : []
      const uses = Object.fromEntries(parcels.map(({ id, properties }) => [id!, properties.land_use]))
      return { status: answer.statusCode, headers: answer.headers, etag: answer.headers.etag as string, uses, bytes }
    },
    async close() {
      await app.close()
      await tiles.close()
      await feed.close()
    },
  }
}
