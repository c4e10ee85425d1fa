import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openPool } from '../../db/connect.ts'
import { openTileTable } from '../../tiles/store/table.ts'
import { UNMEASURED } from '../../tiles/tile-metrics.ts'
import { createTestDatabase, testUrl, type TestDatabase } from '../database.ts'
import { openProcess, type TileProcess } from './open-process.ts'
import { HAMLET, loadHamlet } from './open-tile-app.ts'

const TILE = `land/${HAMLET[16]}`
let database: TestDatabase
let superuser: pg.Pool
const undo: (() => Promise<unknown> | void)[] = []
beforeAll(async () => {
  database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
  superuser = openPool(testUrl('postgres', /\/(test_\w+)/.exec(database.url)![1]!), { size: 1 })
})
afterEach(async () => {
  vi.restoreAllMocks()
  for (const step of undo.splice(0).reverse()) await step()
  await database.ownerPool.query('delete from tiles.store')
})
afterAll(async () => {
  await superuser?.end()
  await database?.drop()
})

async function start(intervalMs = 200): Promise<TileProcess> {
  const one = await openProcess(database.pool, { intervalMs })
  undo.push(() => one.close())
  return one
}
const countRows = async () =>
  (await database.pool.query<{ count: number }>('select count(*)::int as count from tiles.store')).rows[0]!.count
const query = (sql: string) => database.ownerPool.query(sql)

test('a full disk: tiles are answered, the failure is counted, and writing goes on when there is room', async () => {
  const makeRoom = await fillTheDisk()
  const one = await start()
  expect((await one.ask(TILE)).status).toBe(200)
  await one.tiles.settle()
  expect([one.seen['writes failed'], await countRows()]).toEqual([1, 0])
  expect((await one.ask(`plan/${HAMLET[16]}`)).status).toBe(200)
  await one.tiles.settle()
  expect(one.seen['writes failed']).toBe(1) // not tried again at once
  await makeRoom()
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + 16_000)
  expect((await one.ask(`labels/${HAMLET[16]}`)).status).toBe(200)
  await one.tiles.settle()
  expect([one.seen['writes failed'], await countRows()]).toEqual([1, 1])
})

test('a table that somebody has locked: tiles are answered all the same', async () => {
  const one = await start()
  const client = await database.ownerPool.connect()
  await client.query('begin; lock table tiles.store in access exclusive mode')
  const began = performance.now()
  const all = ['land', 'plan', 'labels'].flatMap((set) => Object.values(HAMLET).map((at) => `${set}/${at}`))
  const answers = await Promise.all(all.map((address) => one.ask(address)))
  const tookMs = performance.now() - began
  client.release(true)
  expect(answers.every(({ status }) => status === 200 || status === 204)).toBe(true)
  expect(tookMs).toBeLessThan(3000)
  expect(one.seen['reads failed']).toBeGreaterThan(0)
})

test('sweeping takes what is worthless and nothing that is needed', async () => {
  const one = await start()
  for (const at of [HAMLET[16], HAMLET[15], HAMLET[14]]) await one.ask(`land/${at}`)
  await one.tiles.settle()
  await query('delete from tiles.changes; update tiles.home set swept_xid = 0::text::xid8')
  const before = one.feed.standing()!.snapshot
  await query(`update land.buildings set storeys = 7 where building_id = 1`) // zoom 16 only
  await one.feed.catchUp()
  await one.tiles.settle()
  const kept = async () =>
    (await database.pool.query<{ z: number }>('select z from tiles.store order by z')).rows.map(({ z }) => z)
  const sweep = async (age: string) =>
    (await database.pool.query<{ swept: number }>('select tiles.sweep($1) as swept', [age])).rows[0]!.swept

  // What runs in other databases of the cluster puts it off.
  const sweepOne = () => expect.poll(() => sweep('0 seconds'), { timeout: 10_000, interval: 20 }).toBe(1)

  await query(`update tiles.store set snapshot = '${before}' where z = 16`) // as if nobody had made it again
  expect(await sweep('1 hour')).toBe(0)
  const slow = await database.ownerPool.connect()
  await slow.query('begin; select pg_current_xact_id()')
  await query(`update land.buildings set storeys = 8 where building_id = 2`)
  await sweepOne() // the other one may be unseen by a snapshot that is still in use
  expect(await sweep('0 seconds')).toBe(0)
  slow.release(true)
  expect(await kept()).toEqual([14, 15])
  await sweepOne()
  expect((await (await start()).ask(TILE)).status).toBe(200)

  // Whoever slept through all that does not bring it back.
  await query('delete from tiles.store')
  const table = openTileTable(database.pool, UNMEASURED)
  undo.push(() => table.close())
  const tile = { fingerprint: 'x', gzip: Buffer.from('x'), askedAt: 0 }
  const key = { set: 'land', audience: 'public', z: 16, x: 1, layerVersion: 'v' }
  table.write({ ...key, y: 1 }, tile, before)
  await one.feed.catchUp()
  table.write({ ...key, y: 2 }, tile, one.feed.standing()!.snapshot)
  await table.settle()
  const { rows } = await database.pool.query<{ y: number }>('select y from tiles.store where x = 1')
  expect(rows).toEqual([{ y: 2 }])
})

test('sweeping thousands of changes from thousands of tiles is quick', async () => {
  await query(`
    insert into tiles.store (z, x, y, set_id, audience, layer_version, snapshot, etag, bytes)
    select 16, n, 0, 'land', 'public', 'v', pg_current_snapshot(), '', '' from generate_series(1, 20000) n`)
  await query(
    `insert into tiles.changes (set_id, layer, z, x, y, recorded_at) select 'land', 'parcels', 16, n, 1, now() - interval '2 hours' from generate_series(1, 20000) n`,
  )
  await query(
    `insert into tiles.changes (set_id, layer, z, x, y, recorded_at) select 'plan', '', -1, 0, 0, now() - interval '2 hours' from generate_series(1, 20) n`,
  )
  const began = performance.now()
  await database.pool.query('select tiles.sweep()')
  expect(performance.now() - began).toBeLessThan(3000)
  expect(await countRows()).toBe(20_000)
})

test('restored into another cluster: what was stored there is not believed here', async () => {
  const one = await start()
  const { bytes } = await one.ask(TILE)
  const before = one.feed.standing()!.snapshot
  await one.tiles.settle()
  await query(`update tiles.store set bytes = '\\x00'; update tiles.home set system_identifier = 1`)
  const other = await start()
  expect((await other.ask(TILE)).bytes).toEqual(bytes)
  expect(other.seen).toMatchObject({ rendered: 1, store: 0 })
  expect(other.feed.since(before)).toBeNull()
  await other.tiles.settle()
  await other.feed.catchUp()
  const third = await start() // which finds everything in order
  expect((await third.ask(`plan/${HAMLET[16]}`)).status).toBe(200)
  await third.tiles.settle()
  expect(await countRows()).toBeGreaterThan(0)
})

/** A disk of 96 kB for tiles of zoom 16, where this process may mount one; a trigger that says the same otherwise. */
async function fillTheDisk(): Promise<() => Promise<unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'barzan-disk-'))
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96k,mode=0777', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    await query(`create function tiles.be_full() returns trigger language plpgsql as $$ begin raise exception 'full' using errcode = 'disk_full'; end $$;
      create trigger be_full before insert on tiles.store_z16 for each statement execute function tiles.be_full()`)
    return () => query('drop trigger be_full on tiles.store_z16; drop function tiles.be_full')
  }
  undo.push(() => void execFileSync('umount', ['-l', disk]))
  execFileSync('chmod', ['755', folder])
  execFileSync('chown', ['--reference', '/proc/' + (await findPostmaster()), disk])
  await superuser.query(`create tablespace small location '${disk}'`)
  undo.push(() => superuser.query('drop tablespace small'))
  await superuser.query('alter table tiles.store_z16 set tablespace small')
  const leave = () => superuser.query('alter table tiles.store_z16 set tablespace pg_default')
  undo.push(leave)
  expect(() => execFileSync('dd', ['if=/dev/zero', `of=${disk}/ballast`, 'bs=1k', 'count=1000'], { stdio: 'ignore' })).toThrow()
  return async () => rmSync(`${disk}/ballast`)
}

async function findPostmaster(): Promise<string> {
  const { rows } = await superuser.query<{ pid: string }>(`select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`)
  return rows[0]!.pid
}
