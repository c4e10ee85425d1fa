import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { askRaw } from '../ask-raw.ts'
import { startNginx, type RunningNginx } from '../start-nginx.ts'
import { endServer, findFreePort, startServer, type RunningServer } from '../start-server.ts'

// PostgreSQL, two processes of Barzan, and nginx before them, as in a city hall.

const ADMIN = 'an-administrator-of-this-test'
const CACHE = 'a-word-between-barzan-and-nginx'

let database: TestDatabase
let servers: RunningServer[] = []
let nginx: RunningNginx
/** A parcel, and the tile of the nearest zoom that shows it. */
let parcel: { parcel_id: number; code: string; land_use: string }
let tile: string
beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  const port = await findFreePort()
  const env = { BARZAN_ADMIN_TOKEN: ADMIN, BARZAN_CACHES: `http://127.0.0.1:${port}`, BARZAN_CACHE_TOKEN: CACHE }
  servers = [await startServer(database.url, { env }), await startServer(database.url, { env })]
  nginx = await startNginx({ port, token: CACHE, upstreams: servers.map(({ origin }) => Number(new URL(origin).port)) })
  cpSync(`build/${readFileSync('build/current', 'utf8')}/client`, join(nginx.folder, 'client'), { recursive: true })
  const { rows } = await database.ownerPool.query(
    `select parcel_id, code, land_use, floor((st_x(p) + 20037508.342789244) / side) as x, floor((20037508.342789244 - st_y(p)) / side) as y
     from land.parcels, st_pointonsurface(geom_3857) p, (select 2 * 20037508.342789244 / 2 ^ 16 as side) s
     where land_use = 'RES' and valid_to is null order by parcel_id limit 1`,
  )
  parcel = rows[0]
  tile = `/tiles/land/16/${rows[0].x}/${rows[0].y}.mvt`
})
afterAll(async () => {
  await nginx?.stop()
  for (const server of servers) await endServer(server)
  await database?.drop()
})

const ask = (path: string, headers: Record<string, string> = {}) =>
  askRaw(nginx.origin + path, { 'accept-encoding': 'gzip', ...headers })

/** Give the parcel another use in a transaction of its own; resolves when it is committed. */
async function changeUse(): Promise<void> {
  const use = parcel.land_use === 'COM' ? 'GRN' : 'COM'
  parcel.land_use = use
  await database.ownerPool.query('update land.parcels set land_use = $2, residential_density = null where parcel_id = $1', [
    parcel.parcel_id,
    use,
  ])
}

async function readMetric(name: string): Promise<number> {
  let sum = 0
  for (const { origin } of servers) {
    const text = (await askRaw(`${origin}/metrics`, { authorization: `Bearer ${ADMIN}` })).body.toString()
    for (const line of text.split('\n')) if (line.startsWith(name)) sum += Number(line.split(' ').at(-1))
  }
  return sum
}

describe('through nginx', () => {
  test.each(['gzip', 'identity', 'br, gzip'])('a tile is what Barzan gives, and says each thing once (%s)', async (accept) => {
    const own = await askRaw(servers[0]!.origin + tile, { 'accept-encoding': accept === 'identity' ? accept : 'gzip' })
    const through = await ask(tile, { 'accept-encoding': accept })
    expect(own.status).toBe(200)
    expect(through.status).toBe(200)
    expect(through.body.equals(own.body)).toBe(true)
    for (const name of ['etag', 'content-encoding', 'cache-control', 'content-type', 'vary', 'x-content-type-options', 'content-security-policy', 'cross-origin-resource-policy']) {
      expect([name, through.headers[name]]).toEqual([name, own.headers[name]])
    } // prettier-ignore
    expect(through.names.filter((name) => name === 'x-request-id')).toHaveLength(1)
    expect(new Set(through.names).size).toBe(through.names.length)
    const again = await ask(tile, { 'accept-encoding': accept, 'if-none-match': String(own.headers['etag']) })
    expect([again.status, again.body.length, again.headers['etag']]).toEqual([304, 0, own.headers['etag']])
  })
  test('tiles are answered without asking Barzan, for a part of each second', async () => {
    const caches: unknown[] = []
    for (let n = 0; n < 60; n++) {
      caches.push((await ask(tile)).headers['x-cache'])
      await sleep(25)
    }
    expect(caches).toContain('HIT')
    expect(new Set(caches.filter((cache) => cache !== 'HIT' && cache !== 'REVALIDATED'))).toEqual(new Set())
  })
  test('no tile is older than a second after a change, and Barzan has told the cache by then', async () => {
    const toldBefore = await readMetric('barzan_tile_cache_refreshes_total{result="done"}')
    for (let n = 0; n < 6; n++) {
      const old = (await ask(tile)).headers['etag']
      await changeUse()
      const changedAt = performance.now()
      let lastOldAt = changedAt
      for (let askedAt = changedAt; askedAt - changedAt < 1_600; askedAt = performance.now()) {
        const { status, headers } = await ask(tile)
        expect(status).toBe(200)
        if (headers['etag'] === old) lastOldAt = askedAt
        await sleep(10)
      }
      expect(lastOldAt - changedAt).toBeLessThan(1_000)
    }
    expect(await readMetric('barzan_tile_cache_refreshes_total{result="done"}')).toBeGreaterThan(toldBefore)
  })
  test('whoever has changed something sees it at once, whichever process answers', async () => {
    for (const landUse of ['RES', 'COM', 'GRN', 'RES']) {
      const old = (await ask(tile)).headers['etag']
      const edit = await fetch(`${nginx.origin}/api/parcels/${parcel.code}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ landUse }),
      })
      expect(edit.status).toBe(200)
      const { version } = (await edit.json()) as { version: number }
      const answers = await Promise.all(Array.from({ length: 6 }, () => ask(`${tile}?v=${version}`)))
      for (const { status, headers } of answers) expect([status, headers['etag'] === old]).toEqual([200, false])
      parcel.land_use = landUse
    }
  })
  test('a change is told to open maps as it happens', async () => {
    const leaving = new AbortController()
    const response = await fetch(`${nginx.origin}/events?sets=land`, { signal: leaving.signal })
    expect(response.headers.get('content-type')).toMatch('text/event-stream')
    let heard = ''
    const listening = (async () => {
      for await (const chunk of response.body!) heard += Buffer.from(chunk).toString()
    })().catch(() => undefined)
    await expect.poll(() => heard, { timeout: 5_000 }).toContain('event: ready')
    const changedAt = performance.now()
    await changeUse()
    await expect.poll(() => heard, { timeout: 5_000, interval: 10 }).toContain('event: tiles')
    expect(performance.now() - changedAt).toBeLessThan(2_000)
    leaving.abort()
    await listening
  })
  test('the files of a page come from the disk and are those of the build', async () => {
    const page = await ask('/')
    const html = gunzipSync(page.body).toString()
    const path = /\/_app\/immutable\/[\w./-]+\.js/.exec(html)![0]
    const file = await ask(path)
    expect([file.status, file.headers['content-encoding'], file.headers['cache-control']]).toEqual([
      200,
      'gzip',
      'public, max-age=31536000, immutable',
    ])
    expect(gunzipSync(file.body).equals((await askRaw(servers[0]!.origin + path, { 'accept-encoding': 'identity' })).body)).toBe(
      true,
    )
    expect(page.names.filter((name) => name === 'content-security-policy')).toHaveLength(1)
  })
  test('the inside is not to be seen, whoever asks', async () => {
    expect((await ask('/metrics', { authorization: `Bearer ${ADMIN}` })).status).toBe(404)
    expect((await askRaw(`${servers[0]!.origin}/metrics`, { authorization: `Bearer ${ADMIN}` })).status).toBe(200)
    expect((await askRaw(`${servers[0]!.origin}/metrics`)).status).toBe(401)
  })
  test('with one process gone the other answers; with both gone what was kept is given and said to be old', async () => {
    await sleep(1_100) // the last edit of the test before is less than a second old
    const kept = await ask(tile)
    await endServer(servers[0]!)
    for (let n = 0; n < 10; n++) {
      const { status, headers } = await ask(tile)
      expect([status, headers['etag'], headers['x-cache'] === 'STALE']).toEqual([200, kept.headers['etag'], false])
    }
    await endServer(servers[1]!)
    await sleep(1_100)
    const old = await ask(tile)
    expect([old.status, old.headers['etag'], old.headers['x-cache'], old.headers['warning']]).toEqual([
      200, kept.headers['etag'], 'STALE', '110 - "Response is Stale"',
    ]) // prettier-ignore
    expect(old.body.equals(kept.body)).toBe(true)
    expect((await ask('/api/parcels')).status).toBe(503)
  })
})
