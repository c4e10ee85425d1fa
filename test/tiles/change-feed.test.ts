import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openPool } from '../../db/connect.ts'
import { readSnapshot } from '../../tiles/snapshot.ts'
import { openChangeFeed, type ChangeFeed, type ChangeFeedOptions, type TileChange } from '../../tiles/change-feed.ts'
import { createTestDatabase, testUrl, type TestDatabase } from '../database.ts'

let database: TestDatabase
const begun: pg.PoolClient[] = []
const open: { close(): Promise<void> }[] = []
beforeAll(async () => {
  database = await createTestDatabase()
})
afterEach(async () => {
  for (const client of begun.splice(0)) client.release(true)
  for (const one of open.splice(0)) await one.close()
})
afterAll(() => database?.drop())

async function follow(options: ChangeFeedOptions = {}): Promise<{ feed: ChangeFeed; told: TileChange[] }> {
  const feed = openChangeFeed(database.pool, options)
  open.push(feed)
  const told: TileChange[] = []
  feed.onBatch((batch) => told.push(...batch.tiles))
  await feed.catchUp()
  return { feed, told }
}

async function begin(): Promise<pg.PoolClient> {
  const client = await database.ownerPool.connect()
  begun.push(client)
  await client.query('begin')
  return client
}
async function end(client: pg.PoolClient, how: 'commit' | 'rollback' = 'commit') {
  await client.query(how)
  begun.splice(begun.indexOf(client), 1)
  client.release()
}
const note = (x: number) => `insert into tiles.changes (set_id, layer, z, x, y) values ('land', 'parcels', 16, ${x}, 0)`
const xs = (changes: readonly { x: number }[]) => changes.map(({ x }) => x)

test('transactions that end in another order than they began are told once each, when they end', async () => {
  const { feed, told } = await follow({ intervalMs: 10_000 })
  const [first, second, third] = [await begin(), await begin(), await begin()]
  await first.query(note(1))
  await second.query(note(2))
  await third.query(note(3))
  await feed.catchUp()
  expect(told).toEqual([])
  await end(second)
  await feed.catchUp()
  expect(xs(told)).toEqual([2])
  await end(third, 'rollback')
  await first.query(note(4))
  await end(first)
  await feed.catchUp()
  await feed.catchUp()
  expect(xs(told)).toEqual([2, 1, 4])
  expect(told.every(({ version }) => feed.knows(version))).toBe(true)
})

test('what a savepoint keeps is told with the transaction, what it takes back is not', async () => {
  const { feed, told } = await follow({ intervalMs: 10_000 })
  const client = await begin()
  await client.query(`savepoint a; ${note(11)}; release savepoint a`)
  await client.query(`savepoint b; ${note(12)}; savepoint c; ${note(13)}; rollback to savepoint c; ${note(14)}`)
  await client.query(`savepoint d; ${note(15)}; rollback to savepoint d`)
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  await feed.catchUp()
  expect(told).toEqual([])
  await end(client)
  await feed.catchUp()
  expect(xs(told)).toEqual([11, 12, 14])
  expect(new Set(told.map(({ xid }) => xid))).toEqual(new Set([BigInt(rows[0]!.xid)]))
})

test('two feeds under load: everything is told to each exactly once, also to those who were away', async () => {
  const [one, other] = [await follow({ intervalMs: 5 }), await follow({ intervalMs: 7 })]
  const since = one.feed.standing()!.snapshot
  let next = 1000
  const expected = new Set<number>()
  let isOver = false
  async function write(seed: number) {
    for (let round = 0; round < 25; round++) {
      const client = await begin()
      const mine = [next++, next++]
      await client.query(note(mine[0]!))
      if ((round + seed) % 3 === 0) await client.query('select pg_sleep(0.02)')
      await client.query(`savepoint s; ${note(mine[1]!)}`)
      const isKept = (round + seed) % 4 !== 0
      await end(client, isKept ? 'commit' : 'rollback')
      if (isKept) for (const x of mine) expected.add(x)
    }
  }
  // Each waits for its own poll and asks for the next at once: polls must not run beside each other.
  const eager = [one, other].flatMap(({ feed }) =>
    Array.from({ length: 4 }, async () => {
      while (!isOver) await feed.catchUp()
    }),
  )
  await Promise.all([1, 2, 3].map(write))
  isOver = true
  await Promise.all(eager)
  for (const { feed, told } of [one, other]) {
    await feed.catchUp()
    expect(xs(told).sort((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b))
    expect(xs(feed.since(since)!.tiles).sort((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b))
  }
})

test('catchUp: what was committed before the call has been told after it', async () => {
  const { feed, told } = await follow({ intervalMs: 10_000 })
  for (let x = 3000; x < 3030; x++) {
    void feed.catchUp() // a poll is under way already
    await database.ownerPool.query(note(x))
    await feed.catchUp()
    expect(told.at(-1)!.x).toBe(x)
  }
})

test('whoever comes later is told what is kept, from where he stood', async () => {
  const { feed } = await follow()
  const before = feed.standing()!.snapshot
  await database.ownerPool.query(note(21))
  await feed.catchUp()
  const between = feed.standing()!.snapshot
  await database.ownerPool.query(note(22))
  await feed.catchUp()
  expect(xs(feed.since(before)!.tiles)).toEqual([21, 22])
  expect(xs(feed.since(between)!.tiles)).toEqual([22])
  expect(feed.since(feed.standing()!.snapshot)!.tiles).toEqual([])
  const later = await follow() // another process, started now
  expect(later.told).toEqual([])
  expect(xs(later.feed.since(before)!.tiles)).toEqual([21, 22])
  const version = later.feed.since(between)!.tiles[0]!.version
  expect([later.feed.knows(version), later.feed.knows(version + 1)]).toEqual([true, false])
})

test.each([
  '',
  'x',
  '1',
  '1:2',
  '5:4:',
  '-1:2:',
  '1:2:3,',
  '1:99999999999999999999:',
  '1:2:3;drop',
  '9'.repeat(9000),
  `${2n ** 62n}:${2n ** 62n}:`,
])('an unreadable or impossible id %.20j: start anew', async (id) => {
  const { feed } = await follow()
  expect(feed.since(id)).toBeNull()
})

test('beyond what is kept, nobody is told half', async () => {
  const { feed } = await follow({ intervalMs: 10_000, keep: 5 })
  const start = feed.standing()!
  const standings = [start]
  for (let x = 31; x <= 40; x++) {
    await database.ownerPool.query(note(x))
    await feed.catchUp()
    standings.push(feed.standing()!)
  }
  const answers = standings.map(({ snapshot }) => feed.since(snapshot))
  expect(answers[0]).toBeNull()
  for (const [index, answer] of answers.entries()) {
    if (answer) expect(xs(answer.tiles)).toEqual(Array.from({ length: 10 - index }, (_, n) => 31 + index + n))
  }
  expect(answers.filter((answer) => answer === null).length).toBeLessThanOrEqual(6)
  const layers = new Set(['parcels'])
  expect(feed.hasChangedSince(start, 'land', layers, 16, 777, 0)).toBe(true) // not known: taken for changed
  expect(feed.hasChangedSince(standings[8]!, 'land', layers, 16, 40, 0)).toBe(true)
  expect(feed.hasChangedSince(standings[9]!, 'land', layers, 16, 39, 0)).toBe(false)
  expect(feed.hasChangedSince(standings[8]!, 'plan', layers, 16, 40, 0)).toBe(false)
  expect(feed.hasChangedSince(standings[8]!, 'land', new Set(['blocks']), 16, 40, 0)).toBe(false)
})

test('a version of a transaction that is still under way is not known, however much has been forgotten', async () => {
  const { feed } = await follow({ intervalMs: 10_000, keep: 3 })
  const slow = await begin()
  const { rows } = await slow.query<{ version: number }>(`${note(50)} returning change_id as version`)
  for (let x = 51; x < 60; x++) {
    await database.ownerPool.query(note(x))
    await feed.catchUp()
  }
  expect(feed.knows(rows[0]!.version)).toBe(false)
  await end(slow)
  expect(feed.knows(rows[0]!.version)).toBe(false)
  await feed.catchUp()
  expect(feed.knows(rows[0]!.version)).toBe(true)
})

test('what was swept from the table before a process started cannot be asked of it', async () => {
  const { feed } = await follow()
  const before = feed.standing()!.snapshot
  await database.ownerPool.query(note(61))
  await feed.catchUp()
  const noted = feed.since(before)!.tiles[0]!.xid
  // What runs in other databases of the cluster puts off both: a snapshot that has seen all up to then, and the sweep.
  const lookAgain = async () => {
    await database.ownerPool.query('begin; select pg_current_xact_id(); commit')
    await feed.catchUp()
    return readSnapshot(feed.standing()!.snapshot)!.xmin
  }
  await expect.poll(lookAgain, { timeout: 10_000 }).toBeGreaterThan(noted)
  const after = feed.standing()!.snapshot
  const countLeft = `select tiles.sweep('0 seconds'), (select count(*)::int from tiles.changes) as left`
  await expect
    .poll(async () => (await database.pool.query<{ left: number }>(countLeft)).rows[0]!.left, { timeout: 10_000 })
    .toBe(0)
  expect(xs(feed.since(before)!.tiles)).toEqual([61]) // this one still knows
  const later = await follow()
  expect(later.feed.since(before)).toBeNull()
  expect(later.feed.since(after)!.tiles).toEqual([])
})

test('a database that goes away and comes back: nothing is missed, nothing told twice', async () => {
  const pool = openPool(database.url, { size: 2, connectMs: 500 })
  const feed = openChangeFeed(pool, { intervalMs: 20 })
  open.push({ close: async () => (await feed.close(), pool.end()) })
  const told: number[] = []
  feed.onBatch((batch) => told.push(...xs(batch.tiles)))
  await feed.catchUp()
  const admin = openPool(testUrl('postgres', 'postgres'), { size: 1 })
  const name = /\/(test_\w+)/.exec(database.url)![1]!
  await database.ownerPool.query(note(71))
  await admin.query(`alter database ${name} with allow_connections false`)
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name])
  await expect(feed.catchUp()).rejects.toThrow()
  await new Promise((resolve) => setTimeout(resolve, 100))
  await admin.query(`alter database ${name} with allow_connections true`)
  await admin.end()
  await database.ownerPool.query(note(72))
  await expect.poll(() => told, { timeout: 5000, interval: 10 }).toContain(72)
  expect(told).toEqual([71, 72])
})
