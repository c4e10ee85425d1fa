import { afterAll, beforeAll, expect, test } from 'vitest'
import { rebuildPyramid } from '../../tiles/rebuild.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { decodeTile } from './decode-tile.ts'
import { listTiles, measureDrawn, measureReal, renderLand, sum } from './measure-colours.ts'

/** Drawn area of a use may differ from the real one by this share of the city. */
const TOLERANCE = 0.02
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  await rebuildPyramid(database.ownerPool)
})
afterAll(() => database?.drop())

test.each([8, 9, 10, 11, 12, 13, 14, 15, 16])('at zoom %i every land use is drawn with its true area', async (z) => {
  const real = await measureReal(database.pool)
  const drawn = await measureDrawn(database.pool, z)
  const total = sum(real.values())
  expect(Math.abs(sum(drawn.values()) / total - 1)).toBeLessThan(TOLERANCE)
  for (const [use, area] of real) {
    expect(Math.abs((drawn.get(use) ?? 0) - area) / total, `${use} at zoom ${z}`).toBeLessThan(TOLERANCE)
  }
})

test('a rebuild gives the same tiles again', async () => {
  const addresses = await listTiles(database.pool, 8, 14)
  const render = (address: (typeof addresses)[number]) => renderLand(database.pool, address)
  const before = await Promise.all(addresses.map(render))
  await rebuildPyramid(database.ownerPool)
  const after = await Promise.all(addresses.map(render))
  const shapes = (tiles: Buffer[]) =>
    tiles.map((tile) =>
      (decodeTile(tile).get('blocks') ?? []).map(({ properties, rings }) => JSON.stringify([properties, rings])).sort(),
    )
  expect(shapes(after)).toEqual(shapes(before))
})
