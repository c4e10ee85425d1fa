import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { CATALOGUE, type TileSet } from '../../tiles/catalogue.ts'
import { rebuildPyramid } from '../../tiles/rebuild.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openProcess, type TileProcess } from './open-process.ts'
import { HAMLET, loadHamlet } from './open-tile-app.ts'

const TILE = `land/${HAMLET[16]}`
let database: TestDatabase
const open: TileProcess[] = []
const held: pg.PoolClient[] = []
beforeAll(async () => {
  database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
  await rebuildPyramid(database.ownerPool)
})
afterEach(async () => {
  for (const client of held.splice(0)) client.release(true)
  for (const one of open.splice(0)) await one.close()
  await database.ownerPool.query('delete from tiles.store')
})
afterAll(() => database?.drop())

async function start(options: Parameters<typeof openProcess>[1] = {}): Promise<TileProcess> {
  const one = await openProcess(database.pool, options)
  open.push(one)
  return one
}

/** Another connection changes a parcel's use. @returns the version that an editor is told */
async function edit(use: string, id = 13): Promise<number> {
  const client = await database.ownerPool.connect()
  try {
    await client.query('begin')
    await client.query('update land.parcels set land_use = $1, residential_density = null where parcel_id = $2', [use, id])
    const { rows } = await client.query<{ version: number }>(
      'select max(change_id) as version from tiles.changes where xid = pg_current_xact_id()',
    )
    await client.query('commit')
    return rows[0]!.version
  } finally {
    client.release()
  }
}

/** Whoever renders a tile of `land` waits for this until `release`. */
async function holdUp(table = 'land.districts'): Promise<() => Promise<void>> {
  const client = await database.ownerPool.connect()
  held.push(client)
  await client.query(`begin; lock table ${table} in access exclusive mode`)
  return async () => {
    held.splice(held.indexOf(client), 1)
    await client.query('rollback')
    client.release()
  }
}

/**
 * The same, but whoever renders has begun to look: it sees the land as it was then. (A locked table is waited for before that.)
 * Who may see districts is decided by a function that waits for a lock.
 */
async function holdUpInside(): Promise<() => Promise<void>> {
  await database.ownerPool.query(`
    create or replace function public.wait_a_moment() returns boolean language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(4711); return true; end $$;
    alter table land.districts enable row level security;
    drop policy if exists wait on land.districts;
    create policy wait on land.districts using (public.wait_a_moment())`)
  const client = await database.ownerPool.connect()
  held.push(client)
  await client.query('select pg_advisory_lock(4711)')
  return async () => {
    held.splice(held.indexOf(client), 1)
    await client.query('select pg_advisory_unlock(4711)')
    client.release()
  }
}

async function waitForRenderings(count: number) {
  const running = `select count(*)::int as count from pg_stat_activity where application_name = 'barzan-tiles' and wait_event_type = 'Lock' and datname = current_database()`
  await expect
    .poll(async () => (await database.pool.query<{ count: number }>(running)).rows[0]!.count, { timeout: 5000, interval: 10 })
    .toBe(count)
}

const countRows = async (condition = 'true') =>
  (await database.pool.query<{ count: number }>(`select count(*)::int as count from tiles.store where ${condition}`)).rows[0]!
    .count

test('rendered once, then from memory, and after a restart from the table without touching the land', async () => {
  const first = await start()
  const answer = await first.ask(TILE)
  expect((await first.ask(TILE)).etag).toBe(answer.etag)
  expect(first.seen).toMatchObject({ rendered: 1, memory: 1, renderings: 1 })
  await first.tiles.settle()
  const second = await start()
  await holdUp() // nobody can render now
  const again = await second.ask(TILE)
  expect(again.bytes).toEqual(answer.bytes)
  expect(again.etag).toBe(answer.etag)
  expect(second.seen).toMatchObject({ store: 1, renderings: 0, 'reads failed': 0 })
})

test('an edit by another connection shows after the poll, and at once for whoever knows its version, in every process', async () => {
  const [here, there] = [await start(), await start({ intervalMs: 60_000 })]
  await edit('GRN')
  for (const one of [here, there]) await one.feed.catchUp()
  for (const one of [here, there]) expect((await one.ask(TILE)).uses[13]).toBe('GRN')
  const version = await edit('COM')
  expect((await there.ask(TILE, { v: version })).uses[13]).toBe('COM')
  await new Promise((resolve) => setTimeout(resolve, 260))
  expect((await here.ask(TILE)).uses[13]).toBe('COM')
  const next = await edit('GRN')
  const both = await Promise.all([here, there].map((one) => one.ask(TILE, { v: next })))
  expect(both.map(({ uses }) => uses[13])).toEqual(['GRN', 'GRN'])
})

test('a rendering that began before an edit and ended after it is nowhere kept', async () => {
  const one = await start({ intervalMs: 60_000 })
  await edit('GRN')
  await one.feed.catchUp()
  const release = await holdUpInside()
  const early = one.ask(TILE)
  await waitForRenderings(1)
  const version = await edit('COM')
  const late = one.ask(TILE, { v: version })
  await waitForRenderings(2)
  await release()
  expect((await early).uses[13]).toBe('COM') // made again, since it was told while it was made
  expect((await late).uses[13]).toBe('COM')
  expect((await one.ask(TILE)).uses[13]).toBe('COM')
  await one.tiles.settle()
  const other = await start()
  expect((await other.ask(TILE)).uses[13]).toBe('COM')
})

test('the same without anybody knowing of the edit: never the old tile after the poll, here or after a restart', async () => {
  const one = await start({ intervalMs: 60_000 })
  await edit('COM')
  await one.feed.catchUp()
  const release = await holdUpInside()
  const early = one.ask(TILE)
  await waitForRenderings(1)
  await edit('GRN')
  await release()
  expect((await early).uses[13]).toBe('COM') // it saw the land as it was
  await one.tiles.settle()
  expect(await countRows()).toBe(1) // written, and worthless
  const other = await start()
  expect((await other.ask(TILE)).uses[13]).toBe('GRN')
  await one.feed.catchUp()
  expect((await one.ask(TILE)).uses[13]).toBe('GRN')
})

test('two processes store the same tile in any order: no row is taken for newer than it is', async () => {
  const [old, fresh] = [await start({ intervalMs: 60_000 }), await start({ intervalMs: 60_000 })]
  for (const [first, second] of [
    [old, fresh],
    [fresh, old],
  ] as const) {
    await edit('GRN')
    for (const one of [old, fresh]) await one.feed.catchUp()
    await edit('COM')
    await fresh.feed.catchUp() // `old` has not heard
    for (const one of [first, second]) {
      await database.ownerPool.query(`update tiles.store set layer_version = 'other'`)
      await one.ask(TILE)
      await one.tiles.settle()
    }
    const third = await start()
    expect((await third.ask(TILE)).uses[13]).toBe('COM')
  }
})

test('after a restart, two hundred who ask for twelve tiles cause twelve renderings', async () => {
  const one = await start()
  const tiles = ['land', 'plan', 'labels'].flatMap((set) =>
    [HAMLET[16], HAMLET[15], HAMLET[14], '16/42121/26529'].map((at) => `${set}/${at}`),
  )
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => one.ask(tiles[index % 12]!)))
  expect(answers.every(({ status }) => status === 200 || status === 204)).toBe(true)
  expect(one.seen.renderings).toBe(12)
})

test('a row of another version of the layers is not read, and is written over', async () => {
  const one = await start()
  const { bytes } = await one.ask(TILE)
  await one.tiles.settle()
  await database.ownerPool.query(
    `update tiles.store set layer_version = 'of-before', bytes = '\\x00', snapshot = pg_current_snapshot()`,
  )
  const other = await start()
  expect((await other.ask(TILE)).bytes).toEqual(bytes)
  expect(other.seen).toMatchObject({ rendered: 1, store: 0 })
  await other.tiles.settle()
  expect(await countRows(`layer_version = 'of-before'`)).toBe(0)
})

test('what staff see is kept apart from what the public sees, in memory, in the table and in flight', async () => {
  const withStaffLayer: TileSet[] = [
    {
      ...CATALOGUE[0]!,
      layers: [
        ...CATALOGUE[0]!.layers,
        {
          id: 'casework',
          description: '',
          audience: 'staff',
          fields: { kind: 'String' },
          queries: [{ file: 'findings', minzoom: 8, maxzoom: 16 }],
        },
      ],
    },
  ]
  const options = {
    catalogue: withStaffLayer,
    audienceOf: (request: { headers: { authorization?: string } }) =>
      request.headers.authorization === 'staff' ? ('staff' as const) : ('public' as const),
  }
  const staff = { headers: { authorization: 'staff' } }
  for (const round of [1, 2, 3]) {
    const one = round === 2 ? open.at(-1)! : await start(options) // rendered, memory, table
    const answers = await Promise.all([one.ask(TILE, staff), one.ask(TILE), one.ask(TILE, staff), one.ask(TILE)])
    expect(answers.map(({ bytes }) => bytes.includes('casework'))).toEqual([true, false, true, false])
    expect(new Set(answers.map(({ etag }) => etag)).size).toBe(2)
    await one.tiles.settle()
  }
  expect(open.at(-1)!.seen).toMatchObject({ renderings: 0 })
  expect(await countRows()).toBe(2)
})

test.each([
  ['the whole set is noted', 'select tiles.note_everything()'],
  ['a table is emptied', 'truncate land.water_courses'],
])('%s: nothing of before is answered with', async (_what, sql) => {
  const one = await start({ intervalMs: 60_000 })
  const all = [...Object.values(HAMLET)].map((at) => `land/${at}`)
  for (const address of all) await one.ask(address)
  await one.tiles.settle()
  await database.ownerPool.query(
    `begin; set local barzan.bulk = 'on'; delete from land.districts where district_id > 1; update land.districts set name_en = name_en || '!'; commit`,
  )
  await database.ownerPool.query(sql)
  await one.feed.catchUp()
  for (const from of [one, await start()]) {
    for (const address of all) {
      const { bytes } = await from.ask(address)
      const name = (await database.pool.query<{ name: string }>('select name_en as name from land.districts')).rows[0]!.name
      expect(bytes.includes(name), address).toBe(true)
    }
  }
})
