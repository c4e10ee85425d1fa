import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPool } from '#db/connect.ts'
import { openReadPools, type ReadPools } from '#db/read-pools.ts'
import { formatLsn, readLsn } from '#db/lsn.ts'
import { openReads } from '#db/reads.ts'
import { readConfig } from '#src/kernel/config.ts'
import { openTestApp } from '../http/open-app.ts'
import { decodeTile } from '../tiles/decode-tile.ts'
import { loadWhile } from './load.ts'
import { startPgBouncer } from './pgbouncer.ts'
import { catchUp, openDatabase, startPrimary, startReplica, type TestServer } from './replica-cluster.ts'

interface Edited {
  parcel: { id: number }
  tiles: [z: number, x: number, y: number][]
  version: number
}

let primary: TestServer
let replica: TestServer
let main: ReturnType<typeof openDatabase>
let owner: ReturnType<typeof openPool>
/** To the replica, as superuser: it may hold replaying up. */
let onReplica: ReturnType<typeof openPool>
let app: FastifyInstance
/** As the application's own, to look at. */
let pools: ReadPools
let code: string
const TOKEN = 'a-token-for-the-test'

beforeAll(async () => {
  primary = await startPrimary()
  replica = await startReplica(primary, 'one')
  main = openDatabase(primary)
  owner = openPool(primary.ownerUrl, { size: 2 })
  onReplica = openPool(replica.superuserUrl, { size: 1 })
  const config = readConfig({
    DATABASE_URL: primary.url,
    DATABASE_READ_URL: replica.url,
    BARZAN_LOG: process.env.LOUD ?? 'silent',
    BARZAN_ADMIN_TOKEN: TOKEN,
  })
  ;({ app } = await openTestApp(main, { config }))
  pools = openReadPools([replica.url], main)
  const { rows } = await main.pool.query<{ code: string }>(
    `select code from land.parcels where address is not null order by 1 limit 1`,
  )
  code = rows[0]!.code
})
afterAll(async () => {
  await pools?.close()
  await app?.close()
  await Promise.allSettled([main?.pool.end(), owner?.end(), onReplica?.end()])
  await replica?.remove()
  await primary?.remove()
})

beforeEach(async () => {
  await expect.poll(() => pools.choose().isReplica, { timeout: 10_000 }).toBe(true)
  await sleep(300) // the application asks by a clock of its own
  await catchUp(main.pool, onReplica)
})

/** Change something that can be seen. @returns the position after it */
async function write(address: string): Promise<string> {
  await owner.query('update land.parcels set address = $1 where code = $2', [address, code])
  return await pools.findPosition()
}

const patch = (payload: object) =>
  app.inject({ method: 'PATCH', url: `/api/parcels/${code}`, headers: { authorization: `Bearer ${TOKEN}` }, payload })

async function read(headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await app.inject({ url: `/api/parcels/${code}`, headers })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<{ properties: { address: string } }>().properties.address
}

/** The land use with which the edited parcel is drawn in each tile of zoom 16 that shows it. */
async function listDrawnUses(from: FastifyInstance, { parcel, tiles }: Edited, query = ''): Promise<unknown[]> {
  const drawn = await Promise.all(
    tiles.filter(([z]) => z === 16).map(([z, x, y]) => from.inject(`/tiles/land/${z}/${x}/${y}.mvt${query}`)),
  )
  return drawn
    .filter(({ statusCode }) => statusCode === 200)
    .flatMap(({ rawPayload }) => decodeTile(rawPayload).get('parcels') ?? [])
    .filter(({ id }) => id === parcel.id)
    .map(({ properties }) => properties.land_use)
}

const pauseReplay = () => onReplica.query('select pg_wal_replay_pause()')
const resumeReplay = () => onReplica.query('select pg_wal_replay_resume()')

describe('reading one’s own writes', () => {
  test('whoever has written reads it at once, by header or cookie; others may for a moment read the replica’s', async () => {
    await write('before')
    await catchUp(main.pool, onReplica)
    await sleep(300)
    await pauseReplay()
    try {
      const position = await write('after')
      expect(await read()).toBe('before')
      expect(await read({ 'x-barzan-written': position })).toBe('after')
      expect(await read({ cookie: `theme=dark; barzan-written=${position.replace('/', '-')}` })).toBe('after')
    } finally {
      await resumeReplay()
    }
    await expect.poll(() => read()).toBe('after')
  })

  test('an edit through the API: whoever made it reads it, and sees it drawn, with the replica at rest', async () => {
    const found = await app.inject(`/api/parcels/${code}`)
    const { landUse } = found.json<{ properties: { landUse: string } }>().properties
    await pauseReplay()
    try {
      const wanted = landUse === 'COM' ? 'GRN' : 'COM'
      const edit = await patch({ landUse: wanted })
      expect(edit.statusCode, edit.body).toBe(200)
      const cookie = String(edit.headers['set-cookie']).split(';')[0]!
      const { version } = edit.json<Edited>()
      const read = await app.inject({ url: `/api/parcels/${code}`, headers: { cookie } })
      expect(read.json<{ properties: { landUse: string } }>().properties.landUse).toBe(wanted)
      const uses = await listDrawnUses(app, edit.json<Edited>(), `?v=${version}`)
      expect(new Set(uses)).toEqual(new Set([wanted]))
    } finally {
      await resumeReplay()
    }
  })

  test('a replica a second behind, edit after edit: his own are seen in every process, and no tile is old after half a second', async () => {
    const config = readConfig({ DATABASE_URL: primary.url, DATABASE_READ_URL: replica.url, BARZAN_LOG: 'silent' })
    const { app: another } = await openTestApp(main, { config })
    await onReplica.query(`alter system set recovery_min_apply_delay = '1000ms'`)
    await onReplica.query('select pg_reload_conf()')
    let others = 0
    try {
      for (let i = 0; i < 12; i++) {
        // More in turn than the replica is edits behind: of two, the one before the last looks like now.
        const wanted = ['GRN', 'COM', 'EDU', 'ADM', 'SPO'][i % 5]!
        const edit = await patch({ landUse: wanted })
        expect(edit.statusCode, edit.body).toBe(200)
        // At once, or the replica has caught up.
        const unaware = await another.inject({ url: `/api/parcels/${code}` })
        if (unaware.json<{ properties: { landUse: string } }>().properties.landUse !== wanted) others++
        const headers = { 'x-barzan-written': String(edit.headers['x-barzan-written']) }
        for (const process of [app, another]) {
          const read = await process.inject({ url: `/api/parcels/${code}`, headers })
          expect(read.json<{ properties: { landUse: string } }>().properties.landUse).toBe(wanted)
          expect(new Set(await listDrawnUses(process, edit.json(), `?v=${edit.json<Edited>().version}`))).toEqual(
            new Set([wanted]),
          )
        }
        await sleep(500)
        expect(new Set(await listDrawnUses(another, edit.json()))).toEqual(new Set([wanted]))
        expect(pools.choose().isReplica).toBe(true)
      }
      expect(others).toBeGreaterThan(0) // or else nothing was read from the replica
    } finally {
      await onReplica.query('alter system reset recovery_min_apply_delay')
      await onReplica.query('select pg_reload_conf()')
      await another.close()
    }
  })

  test('the position comes with the answer to a write', async () => {
    const sent = new Map<string, string>()
    await openReads(pools).noteWrite({ header: (name, value) => sent.set(name, value) })
    expect(sent.get('x-barzan-written')).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
    expect(sent.get('set-cookie')).toMatch(/^barzan-written=[0-9A-F]+-[0-9A-F]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax$/)
  })

  test.each(['', 'x', '0/0', 'FFFFFFFF/FFFFFFFF', '1/2/3', '-1/0', `${'9'.repeat(5000)}/1`, '../0/1'])(
    'the position %.20s does no harm',
    async (position) => {
      expect(await read({ 'x-barzan-written': position })).toBeTypeOf('string')
      expect(await read({ cookie: `barzan-written=${position}` })).toBeTypeOf('string')
      expect(pools.choose({ atLeast: position }).isReplica).toBe(true)
    },
  )
})

test('a replica that lags is left out after two seconds, and taken back when it has caught up', async () => {
  await write('then')
  await catchUp(main.pool, onReplica)
  await pauseReplay()
  await sleep(300)
  await write('now')
  const writtenAt = performance.now()
  expect(await read()).toBe('then')
  await expect.poll(() => pools.choose().isReplica, { timeout: 10_000, interval: 20 }).toBe(false)
  const leftOutAfterMs = performance.now() - writtenAt
  expect(leftOutAfterMs).toBeGreaterThan(1500)
  expect(leftOutAfterMs).toBeLessThan(3500)
  expect(pools.states()[0]).toMatchObject({ isUp: false, why: 'lags' })
  await expect.poll(() => read(), { timeout: 3000 }).toBe('now')
  await resumeReplay()
  await expect.poll(() => pools.choose().isReplica, { timeout: 10_000 }).toBe(true)
  expect(pools.states()[0]).toMatchObject({ isUp: true, lagMs: 0 })
})

test('two replicas share the reads; the metrics tell of them', async () => {
  const [left, right] = [
    await startPgBouncer(replica.place.socketDir, 'barzan'),
    await startPgBouncer(replica.place.socketDir, 'barzan'),
  ]
  const both = openReadPools([left.url, right.url], main, { pooler: 'transaction' })
  try {
    await expect.poll(() => both.states().filter(({ isUp }) => isUp)).toHaveLength(2)
    const names = Array.from({ length: 10 }, () => both.choose().name)
    expect(new Set(names).size).toBe(2)
    expect(names.filter((name) => name === names[0])).toHaveLength(5)
    // The busier one is spared.
    const busy = both.choose()
    const work = busy.pool.query('select pg_sleep(0.5)')
    await sleep(50)
    for (let i = 0; i < 4; i++) expect(both.choose().name).not.toBe(busy.name)
    await work
  } finally {
    await both.close()
    await Promise.all([left.stop(), right.stop()])
  }
  const { body } = await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${TOKEN}` } })
  expect(body).toMatch(/^barzan_replica_up\{replica="[^"]*\/barzan"\} 1$/m)
  expect(body).toMatch(/^barzan_replica_lag_seconds\{replica="[^"]*"\} [0-9.]+$/m)
})

test('a replica of an idle primary does not lag, however long nobody writes', async () => {
  await sleep(3000)
  expect(pools.states()[0]).toMatchObject({ isUp: true, lagMs: 0 })
  expect(JSON.stringify(pools.states())).not.toMatch(/barzan_app/)
})

test('a replica behind a pooler takes reads, and is left out when it or the pooler ends; settings hold', async () => {
  const bouncer = await startPgBouncer(replica.place.socketDir, 'barzan')
  const behind = openReadPools([bouncer.url], main, { pooler: 'transaction' })
  try {
    await expect.poll(() => behind.choose().isReplica).toBe(true)
    const { pool, db } = behind.choose()
    const asked = `select pg_is_in_recovery() as standby, current_setting('jit') as jit, current_setting('statement_timeout') as timeout`
    expect((await pool.query(asked)).rows).toEqual([{ standby: true, jit: 'off', timeout: '15s' }])
    // The pooler stays, what is behind it goes and comes back. The pooler says nothing then: four silent rounds, a second, tell.
    await replica.kill()
    await expect.poll(() => behind.choose().isReplica, { timeout: 3_000 }).toBe(false)
    expect((await sql.raw(asked).execute(db)).rows).toMatchObject([{ standby: false }])
    await replica.start()
    await expect.poll(() => behind.choose().isReplica, { timeout: 15_000 }).toBe(true)
    await bouncer.stop()
    expect((await sql.raw(asked).execute(db)).rows).toMatchObject([{ standby: false, jit: 'off' }])
    expect(behind.choose().isReplica).toBe(false)
  } finally {
    await behind.close()
    await bouncer.stop()
  }
})

describe('nobody notices', () => {
  const urls = () => [
    `/api/parcels/${code}`,
    '/api/parcels?limit=20',
    '/api/places?q=a',
    `/api/parcels/${code}/plan`,
    `/api/parcels/${code}/themes`,
    '/tiles/land.json',
    '/tiles/land/15/21060/13264.mvt',
    '/readyz',
  ]

  test('that the replica is killed and started again', async () => {
    const outcome = await loadWhile(app, urls(), async () => {
      await sleep(1000)
      await replica.kill()
      await expect.poll(() => pools.choose().isReplica).toBe(false)
      await sleep(1000)
      await replica.start()
      await expect.poll(() => pools.choose().isReplica, { timeout: 20_000 }).toBe(true)
      await sleep(500)
    })
    expect(outcome.failures).toEqual([])
    expect(outcome.answered).toBeGreaterThan(100)
  })

  test('that the replica hangs, but for a few seconds', async () => {
    const outcome = await loadWhile(app, urls(), async () => {
      await sleep(500)
      replica.freeze()
      await sleep(5000)
      expect(pools.choose().isReplica).toBe(false)
      replica.continue()
      await expect.poll(() => pools.choose().isReplica, { timeout: 20_000 }).toBe(true)
    })
    expect(outcome.failures).toEqual([])
    expect(outcome.slowestMs).toBeLessThan(6000)
  })

  test('that the primary is started anew, while he reads', async () => {
    await expect.poll(async () => (await app.inject('/readyz')).statusCode).toBe(200)
    const outcome = await loadWhile(app, urls(), async () => {
      await sleep(500)
      const justWritten = formatLsn(readLsn(await pools.findPosition())! + 2n ** 20n)
      await primary.stop()
      await sleep(1500)
      // Whoever has written must not be shown less than that.
      const own = await app.inject({ url: `/api/parcels/${code}`, headers: { 'x-barzan-written': justWritten } })
      expect([own.statusCode, own.headers['retry-after']]).toEqual([503, '2'])
      const edit = await patch({ landUse: 'COM' })
      expect([edit.statusCode, edit.json().code]).toEqual([503, 'database-unavailable'])
      await primary.start()
      await sleep(1500)
    })
    expect(outcome.failures).toEqual([])
    const position = await write('again')
    expect(await read({ 'x-barzan-written': position })).toBe('again')
    expect((await patch({ landUse: 'GRN' })).statusCode).toBe(200)
  })

  test('that replaying needs what he reads', async () => {
    const { db, isReplica } = pools.choose()
    expect(isReplica).toBe(true)
    const counting = sql<{ count: number; standby: boolean }>`
      select count(*)::int, pg_is_in_recovery() as standby from land.parcels p, lateral (select pg_sleep(case when p.parcel_id % 100 = 0 and pg_is_in_recovery() then 0.5 else 0 end)) s`.execute(
      db,
    )
    await sleep(300)
    await owner.query('begin; lock table land.parcels in access exclusive mode; select pg_current_xact_id(); commit')
    const { rows } = await counting
    expect(rows[0]).toMatchObject({ standby: false })
    expect(rows[0]!.count).toBeGreaterThan(500)
    expect(pools.choose().isReplica).toBe(true) // the replica is in order
  })
})

test('a replica that has become a primary of its own is none of ours any more', async () => {
  await onReplica.query('select pg_promote(true)')
  await expect.poll(() => pools.states()[0], { timeout: 5000 }).toMatchObject({ isUp: false, why: 'promoted' })
  await owner.query('update land.parcels set address = $1 where code = $2', ['after the parting', code])
  await sleep(500)
  expect(await read()).toBe('after the parting')
})
