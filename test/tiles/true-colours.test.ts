import { afterAll, beforeAll, expect, test } from 'vitest'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { rebuildPyramid } from '../../tiles/rebuild.ts'
import { composeTileStatement } from '../../tiles/statement.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { decodeTile, measureInside } from './decode-tile.ts'

/** Drawn area of a use may differ from the real one by this share of the city. */
const TOLERANCE = 0.02
/** At zoom 12 a use has whole blocks, and of this hamlet a block is some 3 %; in the demo city the difference is 0.1 %. */
const TOLERANCE_OF_BLOCKS = 0.04
const WORLD = 2 * 20037508.342789244
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  await rebuildPyramid(database.ownerPool)
})
afterAll(() => database?.drop())

test.each([8, 9, 10, 11, 12, 13, 14, 15, 16])('at zoom %i every land use is drawn with its true area', async (z) => {
  const real = await measureReal()
  const drawn = await measureDrawn(z)
  const total = sum(real.values())
  expect(Math.abs(sum(drawn.values()) / total - 1)).toBeLessThan(TOLERANCE)
  for (const [use, area] of real) {
    expect(Math.abs((drawn.get(use) ?? 0) - area) / total, `${use} at zoom ${z}`).toBeLessThan(
      z === 12 ? TOLERANCE_OF_BLOCKS : TOLERANCE,
    )
  }
})

test('a rebuild gives the same tiles again', async () => {
  const addresses = [...(await listTiles(10)), ...(await listTiles(12)), ...(await listTiles(14))]
  const before = await Promise.all(addresses.map(render))
  await rebuildPyramid(database.ownerPool)
  const after = await Promise.all(addresses.map(render))
  const shapes = (tiles: Buffer[]) =>
    tiles.map((tile) =>
      (decodeTile(tile).get('blocks') ?? []).map(({ properties, rings }) => JSON.stringify([properties, rings])).sort(),
    )
  expect(shapes(after)).toEqual(shapes(before))
})

async function measureReal(): Promise<Map<string, number>> {
  const { rows } = await database.pool.query<{ use: string; area: number }>(
    `select coalesce(land_use, 'none') as use, sum(ST_Area(geom_3857)) as area from land.parcels where status = 'current' group by 1`,
  )
  return new Map(rows.map(({ use, area }) => [use, area]))
}

/** Area of each use inside all tiles of a zoom, in units² of EPSG:3857. */
async function measureDrawn(z: number): Promise<Map<string, number>> {
  const drawn = new Map<string, number>()
  for (const address of await listTiles(z)) {
    const tile = decodeTile(await render(address))
    for (const feature of tile.get(z >= 15 ? 'parcels' : 'blocks') ?? []) {
      const use = String(feature.properties.land_use ?? 'none')
      const area = measureInside(feature) * (WORLD / 2 ** z) ** 2
      drawn.set(use, (drawn.get(use) ?? 0) + area)
    }
  }
  return drawn
}

async function listTiles(z: number): Promise<[number, number, number][]> {
  const { rows } = await database.pool.query<{ west: number; south: number; east: number; north: number }>(
    `select ST_XMin(box) as west, ST_YMin(box) as south, ST_XMax(box) as east, ST_YMax(box) as north
     from (select ST_Extent(geom_3857) as box from land.parcels) extent`,
  )
  const { west, south, east, north } = rows[0]!
  const column = (x: number) => Math.floor(((x + WORLD / 2) / WORLD) * 2 ** z)
  const row = (y: number) => Math.floor(((WORLD / 2 - y) / WORLD) * 2 ** z)
  const tiles: [number, number, number][] = []
  for (let x = column(west); x <= column(east); x++) for (let y = row(north); y <= row(south); y++) tiles.push([z, x, y])
  return tiles
}

async function render(address: [number, number, number]): Promise<Buffer> {
  const { rows } = await database.pool.query<{ tile: Buffer }>(
    composeTileStatement(CATALOGUE[0]!, 'public', address[0])!.text,
    address,
  )
  return rows[0]!.tile
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}
