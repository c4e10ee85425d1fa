import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { rebuildPyramid } from '../../tiles/rebuild.ts'
import { fillInTurn, fillStore, type FillProgress } from '../../tiles/store/fill.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openProcess, type TileProcess } from './open-process.ts'
import { HAMLET, loadHamlet } from './open-tile-app.ts'

const TILE = `land/${HAMLET[16]}`
const sets = CATALOGUE
let database: TestDatabase
const open: TileProcess[] = []
beforeAll(async () => {
  database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
  await rebuildPyramid(database.ownerPool)
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  await database.ownerPool.query(
    'delete from tiles.store; update tiles.fills set holder = null, done = 0, total = 0, finished_at = null',
  )
})
afterAll(() => database?.drop())

async function start(intervalMs = 200): Promise<TileProcess> {
  open.push(await openProcess(database.pool, { intervalMs }))
  return open.at(-1)!
}
const readFill = async () =>
  (
    await database.pool.query<{ holder: string | null; done: number; total: number; finished: boolean }>(
      'select holder, done, total, finished_at is not null as finished from tiles.fills',
    )
  ).rows[0]!

test('every tile of the land is stored, and a second time none is made', async () => {
  const first = await start()
  const filled = await fillStore(database.pool, first.tiles, { sets })
  expect(filled.done).toBe(filled.total)
  expect(filled.made).toBeGreaterThan(20)
  const second = await start()
  const again = await fillStore(database.pool, second.tiles, { sets, atOnce: 2 })
  expect(again.total).toBe(filled.total)
  expect(second.seen.renderings).toBe(0)
  expect(again.made).toBe(0)
  for (const at of Object.values(HAMLET)) expect((await second.ask(`land/${at}`)).status).toBe(200)
  expect(second.seen).toMatchObject({ store: 6, rendered: 0 })
})

test('an edit meanwhile is respected, and only its tiles are made again', async () => {
  const one = await start(5)
  let edited = false
  let edit: Promise<unknown> | undefined
  await fillStore(database.pool, one.tiles, {
    sets,
    onProgress({ done, total }) {
      if (edited || done < total - 4) return
      edited = true
      edit = database.ownerPool.query(`update land.parcels set land_use = 'GRN' where parcel_id = 13`)
    },
  })
  await edit
  await one.feed.catchUp()
  const other = await start()
  expect((await other.ask(TILE)).uses[13]).toBe('GRN')
  const again = await fillStore(database.pool, (await start()).tiles, { sets })
  expect(again.made).toBeLessThanOrEqual(4)
  expect((await (await start()).ask(TILE)).uses[13]).toBe('GRN')
})

test('of two processes one fills; it tells how far it has come', async () => {
  const [here, there] = [await start(), await start()]
  const fills = await Promise.all([here, there].map(({ tiles }) => fillInTurn(database.pool, tiles, { sets })))
  expect(fills.filter((fill) => fill === null)).toHaveLength(1)
  const done = fills.find((fill) => fill !== null) as FillProgress
  expect(await readFill()).toEqual({ holder: null, done: done.total, total: done.total, finished: true })
  const [first, second] = [here, there].map(({ seen }) => seen.renderings)
  expect(Math.min(first!, second!)).toBe(0)
})

test('whoever has fallen silent is taken over; whoever has not, is not', async () => {
  const one = await start()
  await database.ownerPool.query(`update tiles.fills set holder = 'dead', heard_at = now() - interval '10 seconds'`)
  expect(await fillInTurn(database.pool, one.tiles, { sets })).toBeNull()
  await database.ownerPool.query(`update tiles.fills set heard_at = now() - interval '30 seconds'`)
  expect((await fillInTurn(database.pool, one.tiles, { sets }))!.done).toBeGreaterThan(0)
  expect((await readFill()).finished).toBe(true)
})

test('broken off, it is not called finished, and goes on where it was', async () => {
  const one = await start()
  const stopping = new AbortController()
  const part = await fillInTurn(database.pool, one.tiles, {
    sets,
    signal: stopping.signal,
    onProgress: ({ made }) => made === 8 && stopping.abort(new Error('the process ends')),
  })
  expect(part!.done).toBeLessThan(part!.total)
  expect(await readFill()).toMatchObject({ holder: null, finished: false })
  const other = await start()
  const rest = await fillInTurn(database.pool, other.tiles, { sets })
  expect(rest!.made).toBeGreaterThan(0)
  const { rows } = await database.pool.query<{ count: number }>('select count(*)::int as count from tiles.store')
  expect(part!.made + rest!.made).toBeGreaterThanOrEqual(rows[0]!.count)
  expect(other.seen.renderings + one.seen.renderings).toBeLessThan(part!.total + 12) // none is made twice but the one that was under way
})

test('people go first: nothing is made while somebody waits', async () => {
  const one = await start()
  const client: pg.PoolClient = await database.ownerPool.connect()
  await client.query('begin; lock table land.findings in access exclusive mode') // whoever asks for `plan` waits
  const waiting = one.ask(`plan/${HAMLET[16]}`)
  await expect.poll(() => one.tiles.isBusy()).toBe(true)
  const fill = fillStore(database.pool, one.tiles, { sets: sets.filter(({ id }) => id === 'labels') })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(one.seen.renderings).toBe(0)
  await client.query('rollback')
  client.release()
  expect((await waiting).status).toBe(200)
  expect((await fill).made).toBeGreaterThan(0)
})

test('a database that goes away for a moment leaves no gap', async () => {
  const one = await start()
  let isCut = false
  const filled = await fillStore(database.pool, one.tiles, {
    sets,
    onProgress({ made }) {
      if (isCut || made < 5) return
      isCut = true
      void database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('barzan-tiles', 'barzan tile store') and datname = current_database()`,
      )
    },
  })
  expect(isCut).toBe(true)
  expect(filled.done).toBe(filled.total)
  await one.tiles.settle()
  const other = await start()
  const again = await fillStore(database.pool, other.tiles, { sets })
  expect(again.made).toBeLessThanOrEqual(24) // one lot of rows was on its way to the table
})
