import type pg from 'pg'
import { CATALOGUE, MAX_ZOOM, MIN_ZOOM } from '../../tiles/catalogue.ts'
import { composeTileStatement } from '../../tiles/statement.ts'
import { decodeTile, measureInside } from './decode-tile.ts'

export type TileAddress = readonly [z: number, x: number, y: number]

const WORLD = 2 * 20037508.342789244

/** Area of each land use of the current parcels, in units² of EPSG:3857; `none` where the source does not say. */
export async function measureReal(pool: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ use: string; area: number }>(
    `select coalesce(land_use, 'none') as use, sum(ST_Area(geom_3857)) as area from land.parcels where status = 'current' group by 1`,
  )
  return new Map(rows.map(({ use, area }) => [use, area]))
}

/** The same as drawn by all tiles of a zoom: parcels from zoom 15, what stands for them below. */
export async function measureDrawn(pool: pg.Pool, z: number): Promise<Map<string, number>> {
  const drawn = new Map<string, number>()
  for (const address of await listTiles(pool, z, z)) {
    const tile = decodeTile(await renderLand(pool, address))
    for (const feature of tile.get(z >= 15 ? 'parcels' : 'blocks') ?? []) {
      const use = String(feature.properties.land_use ?? 'none')
      drawn.set(use, (drawn.get(use) ?? 0) + measureInside(feature) * (WORLD / 2 ** z) ** 2)
    }
  }
  return drawn
}

/** Every tile that touches the extent of the parcels. */
export async function listTiles(pool: pg.Pool, minzoom = MIN_ZOOM, maxzoom = MAX_ZOOM): Promise<TileAddress[]> {
  const { rows } = await pool.query<{ west: number; south: number; east: number; north: number }>(
    `select ST_XMin(box) as west, ST_YMin(box) as south, ST_XMax(box) as east, ST_YMax(box) as north
     from (select ST_Extent(geom_3857) as box from land.parcels) extent`,
  )
  const { west, south, east, north } = rows[0]!
  const addresses: TileAddress[] = []
  for (let z = minzoom; z <= maxzoom; z++) {
    const column = (metres: number) => Math.floor(((metres + WORLD / 2) / WORLD) * 2 ** z)
    const row = (metres: number) => Math.floor(((WORLD / 2 - metres) / WORLD) * 2 ** z)
    for (let x = column(west); x <= column(east); x++) for (let y = row(north); y <= row(south); y++) addresses.push([z, x, y])
  }
  return addresses
}

/** A tile of the set `land`, straight from PostgreSQL. */
export async function renderLand(pool: pg.Pool, address: TileAddress): Promise<Buffer> {
  const statement = composeTileStatement(CATALOGUE[0]!, 'public', address[0])!
  const { rows } = await pool.query<{ tile: Buffer }>(statement.text, [...address])
  return rows[0]!.tile
}

export function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}
