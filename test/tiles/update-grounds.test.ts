import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '#db/city/random.ts'
import { rebuildPyramid, rebuildStalePyramids } from '../../tiles/rebuild.ts'
import { updateGrounds } from '../../tiles/update-grounds.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { editAtRandom } from './edit-at-random.ts'
import { measureBooks, readSettled } from './measure-books.ts'
import { measureDrawn, measureReal, sum } from './measure-colours.ts'

const TOLERANCE = 0.02
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ city: true })
})
afterAll(() => database?.drop())

async function expectTrueColours() {
  const real = await measureReal(database.pool)
  const total = sum(real.values())
  for (const z of [8, 9, 10, 11, 12, 13, 14]) {
    const drawn = await measureDrawn(database.pool, z)
    expect(Math.abs(sum(drawn.values()) / total - 1), `all at zoom ${z}`).toBeLessThan(TOLERANCE)
    for (const use of new Set([...real.keys(), ...drawn.keys()])) {
      const difference = Math.abs((drawn.get(use) ?? 0) - (real.get(use) ?? 0)) / total
      expect(difference, `${use} at zoom ${z}`).toBeLessThan(TOLERANCE)
    }
  }
}

async function expectTrueBooks() {
  for (const { zoom, use, held, owed, real, drawn } of await measureBooks(database.pool)) {
    expect(held, `${use} held at zoom ${zoom}`).toBe(real)
    expect(owed, `${use} owed at zoom ${zoom}`).toBe(real - drawn)
  }
}

test.each([1, 2, 3])(
  'after many edits every use is drawn with its true area, and the rest is as if built anew (%i)',
  async (seed) => {
    const random = createRandom(seed, 52)
    for (let edit = 0; edit < 120; edit++) {
      await editAtRandom(database.ownerPool, random, 1000 * seed + edit)
      if (random.chance(0.8)) await updateGrounds(database.pool)
      if (edit % 10 === 9) {
        await updateGrounds(database.pool, { waitMs: 0 })
        await expectTrueBooks()
      }
      if (edit % 40 === 39) await expectTrueColours()
    }
    const kept = await readSettled(database.pool)
    await rebuildPyramid(database.ownerPool)
    const anew = await readSettled(database.pool)
    expect(kept.portions).toEqual(anew.portions)
    expect(kept.uses).toEqual(anew.uses)
    expect(kept.outlines).toEqual(anew.outlines)
    await expectTrueColours()
  },
)

test('what is turned a little everywhere is seen from afar', async () => {
  const { rows } = await database.pool.query<{ parcel_id: number }>(
    `select distinct on (block_id) parcel_id from land.parcels where status = 'current' and land_use is distinct from 'AGR'
     order by block_id, ST_Area(geom) desc`,
  )
  for (const { parcel_id } of rows) {
    await database.ownerPool.query(`update land.parcels set land_use = 'AGR', residential_density = null where parcel_id = $1`, [
      parcel_id,
    ])
    await updateGrounds(database.pool)
  }
  await expectTrueBooks()
  await expectTrueColours()
})

test('an edit that changes no map marks nothing, and one that does marks its ground only', async () => {
  const marked = async (sql: string) => {
    const client = await database.ownerPool.connect()
    try {
      await client.query('begin')
      await client.query(sql)
      const { rows } = await client.query('select ground_key from tiles.stale_grounds order by 1')
      return rows.map((row) => row.ground_key)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  const { rows } = await database.pool.query<{ parcel_id: number; block_id: number }>(
    `select parcel_id, block_id from land.parcels where status = 'current' and block_id is not null and land_use = 'RES' limit 1`,
  )
  const { parcel_id: id, block_id: block } = rows[0]!
  expect(await marked(`update land.parcels set address = 'x', recorded_at = now() where parcel_id = ${id}`)).toEqual([])
  expect(await marked(`update land.parcels set land_use = land_use where parcel_id = ${id}`)).toEqual([])
  expect(await marked(`update land.parcels set land_use = 'COM', residential_density = null where parcel_id = ${id}`)).toEqual([
    block,
  ])
  expect(await marked(`update land.parcels set status = 'retired', valid_to = now() where parcel_id = ${id}`)).toEqual([block])
  const [cell, ...others] = await marked(`update land.parcels set block_id = null where parcel_id = ${id}`)
  expect(cell).toBeLessThan(0)
  expect(others).toEqual([block])
})

test('municipalities that edits have kept up to date are not built anew at a start; one loaded in bulk is', async () => {
  await rebuildStalePyramids(database.ownerPool)
  await editAtRandom(database.ownerPool, createRandom(7), 5000)
  await updateGrounds(database.pool)
  expect(await rebuildStalePyramids(database.ownerPool)).toEqual([])
  await database.ownerPool.query(
    `begin; set local barzan.bulk = 'on'; update land.parcels set address = 'x' where parcel_id = (select min(parcel_id) from land.parcels); commit`,
  )
  await updateGrounds(database.pool) // not enough: nobody knows which ground it was
  expect(await rebuildStalePyramids(database.ownerPool)).toHaveLength(1)
  expect(await rebuildStalePyramids(database.ownerPool)).toEqual([])
})

test('what is as it was is not written again', async () => {
  await updateGrounds(database.pool, { waitMs: 0 })
  const listVersions = async () => {
    const { rows } = await database.pool.query<{ row: string }>(
      `select 'block_uses ' || block_use_id || ' ' || xmin as row from tiles.block_uses
       union all select 'far_uses ' || far_use_id || ' ' || xmin from tiles.far_uses
       union all select 'grounds ' || ground_key || ' ' || xmin from tiles.grounds
       union all select 'portions ' || ground_key || ' ' || place || ' ' || use_key || ' ' || xmin from tiles.ground_portions
       union all select 'cells ' || zoom || ' ' || place || ' ' || xmin from tiles.cells
       union all select 'balances ' || zoom || ' ' || patch || ' ' || use_key || ' ' || xmin from tiles.balances
       order by 1`,
    )
    return rows.map(({ row }) => row)
  }
  const before = await listVersions()
  await database.ownerPool.query(
    'insert into tiles.stale_grounds (municipality_id, ground_key) select municipality_id, ground_key from tiles.grounds',
  )
  await updateGrounds(database.pool, { waitMs: 0 })
  expect(await listVersions()).toEqual(before)
})
