import { readFileSync } from 'node:fs'
import type { Audience } from '../src/people/access/types.ts'
import { listVisibleLayers, type TileSet } from './catalogue.ts'

/** A prepared statement that makes a whole tile: `$1` zoom, `$2` column, `$3` row; one row, one column `tile` (bytea). */
export interface TileStatement {
  name: string
  text: string
}

/**
 * The statement for one set, audience and zoom: the encoded layers one after the other, which is what a tile is. Layers the
 * audience may not see, or that show nothing at this zoom, are not in the text at all; null when none is left.
 */
export function composeTileStatement(set: TileSet, audience: Audience, z: number): TileStatement | null {
  const parts = listVisibleLayers(set, audience).flatMap((layer) => {
    const query = layer.queries.find((candidate) => candidate.minzoom <= z && z <= candidate.maxzoom)
    return query ? [encodeLayer(layer.id, readLayerSql(query.file))] : []
  })
  if (parts.length === 0) return null
  return {
    name: `tile-${set.id}-${audience}-${z}`,
    text: `with bounds as materialized (
  select $1::int as z, ST_TileEnvelope($1::int, $2::int, $3::int) as tile,
         ST_TileEnvelope($1::int, $2::int, $3::int, margin => 64.0 / 4096) as margin
)
select ${parts.join('\n|| ')} as tile`,
  }
}

function encodeLayer(id: string, sql: string): string {
  return `coalesce((select ST_AsMVT(l, '${id}', 4096, 'geom', 'id') from (\n${sql}) l), '')`
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
