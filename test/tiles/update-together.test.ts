import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '#db/city/random.ts'
import { openGroundsKeeper } from '../../tiles/keep-grounds.ts'
import { rebuildPyramid } from '../../tiles/rebuild.ts'
import { updateGrounds } from '../../tiles/update-grounds.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { editAtRandom } from './edit-at-random.ts'
import { measureBooks, readSettled } from './measure-books.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ city: true })
})
afterAll(() => database?.drop())

const countMarks = async () =>
  (await database.pool.query('select count(*)::int as n from tiles.stale_grounds')).rows[0].n as number

/** Also after a killed process, whose connection holds its lock for a moment. */
async function updateAll() {
  while ((await countMarks()) > 0) await updateGrounds(database.pool)
}

/** Everything is as the parcels say, and as a rebuild would have it. */
async function expectSettled() {
  expect(await countMarks()).toBe(0)
  for (const { zoom, use, held, owed, real, drawn } of await measureBooks(database.pool)) {
    expect([held, owed], `${use} at zoom ${zoom}`).toEqual([real, real - drawn])
  }
  const kept = await readSettled(database.pool)
  await rebuildPyramid(database.ownerPool)
  expect(kept).toEqual(await readSettled(database.pool))
}

/** Two neighbours: parcels of one block. */
async function findNeighbours(): Promise<number[]> {
  const { rows } = await database.pool.query<{ ids: number[] }>(
    `select array_agg(parcel_id::int order by parcel_id) as ids from land.parcels
     where status = 'current' group by block_id having count(*) > 4 order by block_id limit 1`,
  )
  return rows[0]!.ids
}

test('two editors in one block do not wait for each other, and neither is lost', async () => {
  const [first, second] = await findNeighbours()
  const [one, other] = [await database.ownerPool.connect(), await database.ownerPool.connect()]
  try {
    await one.query('begin')
    await one.query(`update land.parcels set land_use = 'EDU', residential_density = null where parcel_id = $1`, [first])
    await other.query(`begin; set local lock_timeout = 500`)
    await other.query(`update land.parcels set land_use = 'IND', residential_density = null where parcel_id = $1`, [second])
    await other.query('commit')
    await updateGrounds(database.pool) // nor does this wait for the one still at it
    expect(await countMarks()).toBe(0)
    await one.query('commit')
  } finally {
    one.release(true)
    other.release(true)
  }
  expect(await countMarks()).toBe(1)
  await updateAll()
  await expectSettled()
})

test('many processes at work at once leave the tables as one would', async () => {
  const random = createRandom(11)
  for (let round = 0; round < 10; round++) {
    const edits = Array.from({ length: 3 }, async (_, index) => {
      // Two of them may pick the same parcel, or meet: one is refused then, as it should be.
      await editAtRandom(database.ownerPool, createRandom(11, round, index), 500 + round * 10 + index).catch(() => undefined)
      await updateGrounds(database.pool)
    })
    const others = Array.from({ length: 3 }, () => updateGrounds(database.pool, { waitMs: random.pick([0, 5, 2000]) }))
    await Promise.all([...edits, ...others])
  }
  await updateAll()
  await expectSettled()
})

test('while another is at work it is left to that one, after a while', async () => {
  const client = await database.ownerPool.connect()
  try {
    const municipality = (await client.query('select municipality_id from land.municipalities')).rows[0].municipality_id as number
    await editAtRandom(database.ownerPool, createRandom(3), 800)
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(hashtext('tiles.rebuild'), $1)`, [municipality])
    await client.query(
      `insert into tiles.stale_grounds (municipality_id, ground_key) select $1, min(ground_key) from tiles.grounds`,
      [municipality],
    )
    await updateGrounds(database.pool, { waitMs: 0 })
    const started = performance.now()
    await updateGrounds(database.pool, { waitMs: 100 })
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(await countMarks()).toBeGreaterThan(0)
    await client.query('commit')
  } finally {
    client.release(true)
  }
  await updateAll()
  await expectSettled()
})

test('while everything is built anew, an edit waits for nothing, and is not lost', async () => {
  const client = await database.ownerPool.connect()
  let rebuilt: Promise<unknown> | undefined
  try {
    await client.query('begin; lock table tiles.rebuilds in share mode') // holds a rebuild up just before its end
    rebuilt = rebuildPyramid(database.ownerPool)
    await expect
      .poll(
        async () =>
          (await database.pool.query(`select from pg_locks where not granted and relation = 'tiles.rebuilds'::regclass`))
            .rowCount,
        { timeout: 20_000, interval: 20 },
      )
      .toBe(1)
    await editAtRandom(database.ownerPool, createRandom(31), 900)
    const started = performance.now()
    await updateGrounds(database.pool)
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(await countMarks()).toBeGreaterThan(0)
    await client.query('commit')
    await rebuilt
  } finally {
    client.release(true)
    await rebuilt
  }
  await updateAll()
  await expectSettled()
})

test('a process killed at any moment leaves nothing half done, and nothing undone for the next', async () => {
  const program = `
    import { openPool } from '#db/connect.ts'
    import { updateGrounds } from '#tiles/update-grounds.ts'
    const pool = openPool(process.argv[1], { size: 1 })
    for (process.stdout.write('ready');;) await updateGrounds(pool)`
  for (let kill = 0; kill < 6; kill++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, database.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const random = createRandom(21, kill)
    const gone = once(child, 'exit')
    const killing = sleep(random.whole(5, 150)).then(() => child.kill('SIGKILL'))
    for (let edit = 0; edit < 5; edit++) await editAtRandom(database.ownerPool, random, 3000 + kill * 10 + edit)
    await Promise.all([killing, gone])
  }
  await updateAll()
  await expectSettled()
})

test('an edit by whatever hand is followed by itself', async () => {
  const keeper = openGroundsKeeper(database.pool, { intervalMs: 50 })
  try {
    const [id] = await findNeighbours()
    await database.ownerPool.query(`update land.parcels set land_use = 'CUL', residential_density = null where parcel_id = $1`, [
      id,
    ])
    await expect.poll(countMarks, { timeout: 5_000, interval: 20 }).toBe(0)
  } finally {
    await keeper.close()
  }
  await expectSettled()
})

test('a keeper goes on after a failure', async () => {
  const failures: unknown[] = []
  const keeper = openGroundsKeeper(database.pool, { intervalMs: 20, pauseMs: 20, onError: (error) => failures.push(error) })
  try {
    await database.ownerPool.query('alter table tiles.stale_grounds rename to stale_grounds_elsewhere')
    await expect.poll(() => failures.length, { timeout: 5_000 }).toBeGreaterThan(0)
    await database.ownerPool.query('alter table tiles.stale_grounds_elsewhere rename to stale_grounds')
    await editAtRandom(database.ownerPool, createRandom(5), 4000)
    await expect.poll(countMarks, { timeout: 5_000, interval: 20 }).toBe(0)
  } finally {
    await keeper.close()
  }
})
