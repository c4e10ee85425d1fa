import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Audience } from '../src/people/access/types.ts'
import { listVisibleLayers, type TileSet } from './catalogue.ts'

/**
 * Settings of PostgreSQL for what renders tiles. jit and parallel workers cost more than they bring to
 * a tile, and starve the others of a viewport; the generic plan is right for every tile of a zoom, and saves planning nine
 * layers each time.
 */
export const SESSION_SETTINGS = { jit: 'off', max_parallel_workers_per_gather: '0', plan_cache_mode: 'force_generic_plan' }

/**
 * A prepared statement that makes a whole tile: `$1` zoom, `$2` column, `$3` row; one row of `tile` (bytea) and `took`, the seconds that
 * each of `layers` took.
 */
export interface TileStatement {
  name: string
  text: string
  layers: readonly string[]
  /** Changes whenever anything is rendered differently. */
  version: string
}

/**
 * The statement for one set, audience and zoom: the encoded layers one after the other, which is what a tile is. Layers the
 * audience may not see, or that show nothing at this zoom, are not in the text at all; null when none is left.
 */
export function composeTileStatement(set: TileSet, audience: Audience, z: number): TileStatement | null {
  const extent = chooseExtent(z)
  const layers: string[] = []
  const parts = listVisibleLayers(set, audience).flatMap((layer) => {
    const query = layer.queries.find((candidate) => candidate.minzoom <= z && z <= candidate.maxzoom)
    if (!query) return []
    layers.push(layer.id)
    return [encodeLayer(layer.id, readLayerSql(query.file), extent)]
  })
  if (parts.length === 0) return null
  // Columns are evaluated in their order, so the clock between two of them tells what a layer took.
  const text = `with bounds as materialized (
  select $1::int as z, ST_TileEnvelope($1::int, $2::int, $3::int) as tile,
         ST_TileEnvelope($1::int, $2::int, $3::int, margin => 1.0 / ${MARGIN}) as margin, ${extent} as extent, ${extent / MARGIN} as buffer,
         ${WORLD / 2 ** z / 512} as pixel
)
select ${parts.map((_, index) => `layer_${index}`).join(' || ')} as tile,
       array[${parts.map((_, index) => `extract(epoch from time_${index + 1} - time_${index})`).join(', ')}]::real[] as took
from (
select clock_timestamp() as time_0,
${parts.map((part, index) => `${part} as layer_${index}, clock_timestamp() as time_${index + 1}`).join(',\n')}
offset 0) made`
  return {
    name: `tile-${set.id}-${audience}-${z}`,
    text,
    layers,
    version: createHash('sha256').update(`${set.version} ${text}`).digest('base64url').slice(0, 12),
  }
}

function encodeLayer(id: string, sql: string, extent: number): string {
  return `coalesce((select ST_AsMVT(l, '${id}', ${extent}, 'geom', 'id') from (\n${sql}) l), '')`
}

/** The side of the square world in EPSG:3857. */
const WORLD = 2 * 20037508.342789244

/** What is drawn beyond each edge, so that lines and fills meet: this part of a tile's side. */
export const MARGIN = 64

/**
 * The grid of a tile, units to a side. Where shapes are many and the eye is far, a coarser grid is enough (rounding moves a point
 * by a quarter of a pixel at most) and takes fewer bytes; the mosaics from afar are laid on the full one, and the last zoom is
 * enlarged by the client.
 */
function chooseExtent(z: number): number {
  if (z >= 13 && z <= 15) return 1024
  return z === 12 ? 2048 : 4096
}

const layerSql = new Map<string, string>()

function readLayerSql(file: string): string {
  let sql = layerSql.get(file)
  if (sql === undefined) {
    sql = readFileSync(new URL(`./layers/${file}.sql`, import.meta.url), 'utf8')
    layerSql.set(file, sql)
  }
  return sql
}
