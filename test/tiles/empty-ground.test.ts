import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openEmptyGround } from '../../tiles/store/empties.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openDice } from './edit-land.ts'
import { openProcess, type TileProcess } from './open-process.ts'
import { HAMLET, loadHamlet } from './open-tile-app.ts'

let database: TestDatabase
let one: TileProcess
const open: TileProcess[] = []
beforeAll(async () => {
  database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
})
afterEach(async () => {
  for (const process of open.splice(0)) await process.close()
})
afterAll(() => database?.drop())

async function start(options: Parameters<typeof openProcess>[1] = {}): Promise<TileProcess> {
  open.push(await openProcess(database.pool, options))
  return open.at(-1)!
}

const countRows = async () =>
  (await database.pool.query<{ count: number }>('select count(*)::int as count from tiles.store')).rows[0]!.count

test('empty country is looked at once, and everything below is known', async () => {
  one = await start()
  expect((await one.ask('land/16/1000/1000')).status).toBe(204)
  await one.tiles.settle()
  expect(one.seen).toMatchObject({ rendered: 1, renderings: 1 })
  for (const address of ['16/1000/1000', '16/1001/1023', '12/63/62', '8/3/3', '9/7/7', '16/768/768', '16/1023/1023']) {
    expect((await one.ask(`land/${address}`)).status, address).toBe(204)
  }
  expect(one.seen).toMatchObject({ rendered: 1, empty: 7, store: 0 })
  expect((await one.ask('land/16/1024/1000')).status).toBe(204) // beside it
  expect(one.seen.rendered).toBe(2)
})

test('a thousand addresses all over the world, at once and one after the other: no row and no memory is kept for them', async () => {
  one = await start()
  const before = await countRows()
  const dice = openDice(5)
  const addresses = Array.from({ length: 1000 }, () => `16/${dice.whole(0, 65535)}/${dice.whole(0, 65535)}`)
  for (let at = 0; at < 1000; at += 50)
    await Promise.all(addresses.slice(at, at + 50).map((address) => one.ask(`land/${address}`)))
  for (const address of addresses.slice(0, 200)) {
    await one.ask(`land/${address}`)
    await one.tiles.settle()
  }
  expect(one.seen.renderings).toBeLessThanOrEqual(1000)
  const { renderings } = one.seen
  for (const address of addresses.slice(0, 200)) expect((await one.ask(`land/${address}`)).status).toBe(204)
  expect(one.seen.renderings).toBe(renderings)
  expect(await countRows()).toBe(before)
})

test('what is built in empty country shows at once', async () => {
  one = await start({ intervalMs: 60_000 })
  const { rows } = await database.pool.query<{ x: number; y: number }>(
    `select x, y from tiles.cover(ST_Transform(ST_SetSRID(ST_Point(560100, 3600050), 32639), 3857), 16, 16) limit 1`,
  )
  const { x, y } = rows[0]!
  const tile = `land/16/${x}/${y}`
  expect((await one.ask(tile)).status).toBe(204)
  await one.tiles.settle()
  expect((await one.ask(`land/15/${x >> 1}/${y >> 1}`)).status).toBe(204)
  expect(one.seen.empty).toBeGreaterThan(0)
  await database.ownerPool.query(
    `insert into land.parcels (municipality_id, code, land_use, geom)
     values (1, 'far-away', 'COM', ST_Multi(ST_MakeEnvelope(560050, 3600000, 560150, 3600100, 32639)))`,
  )
  await one.feed.catchUp()
  expect(Object.values((await one.ask(tile)).uses)).toEqual(['COM'])
  expect(Object.values((await one.ask(`land/15/${x >> 1}/${y >> 1}`)).uses)).toEqual(['COM'])
})

test('an edit while the ground is looked at: it is not remembered as empty', async () => {
  one = await start({ intervalMs: 60_000 })
  const asking = one.ask('land/16/5000/5000')
  await database.ownerPool.query(`update land.districts set name_en = name_en || '.'`)
  await one.feed.catchUp()
  await asking
  await one.tiles.settle()
  expect((await one.ask('land/16/5000/5000')).status).toBe(204)
})

test('empty because nothing of it is shown: kept like any tile, since it is not empty ground', async () => {
  one = await start()
  await database.ownerPool.query(`update land.findings set resolved_at = now()`)
  await database.ownerPool.query(`delete from land.buffers; delete from land.street_lines`)
  await one.feed.catchUp()
  const before = await countRows()
  expect((await one.ask(`plan/${HAMLET[16]}`)).status).toBe(204)
  await one.tiles.settle()
  expect(await countRows()).toBe(before + 1)
  expect((await one.ask(`plan/${HAMLET[16]}`)).status).toBe(204)
  await database.ownerPool.query(`update land.findings set resolved_at = null`)
  await one.feed.catchUp()
  expect((await one.ask(`plan/${HAMLET[16]}`)).status).toBe(200)
})

test('what is remembered is bounded, and forgotten by whole branches', () => {
  const ground = openEmptyGround()
  for (let x = 0; x < 256; x++) for (let y = 0; y < 256; y++) ground.remember('land public', { z: 8, x, y })
  const known = () => {
    let count = 0
    for (let x = 0; x < 256; x++)
      for (let y = 0; y < 256; y++) if (ground.covers('land public', { z: 16, x: x << 8, y: y << 8 })) count++
    return count
  }
  expect(known()).toBe(20_000)
  ground.remember('land public', { z: 8, x: 1, y: 1 })
  ground.remember('plan public', { z: 8, x: 1, y: 1 })
  ground.forget('land public', { z: 16, x: (1 << 8) + 7, y: (1 << 8) + 9 })
  expect(ground.covers('land public', { z: 12, x: 16, y: 16 })).toBe(false)
  expect(ground.covers('plan public', { z: 12, x: 16, y: 16 })).toBe(true)
  ground.forget('land public', { z: -1, x: 0, y: 0 })
  expect(known()).toBe(0)
})
