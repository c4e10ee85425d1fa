import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { composeTileStatement } from '../../tiles/statement.ts'
import { decodeTile } from './decode-tile.ts'
import { HAMLET, openHamlet } from './open-tile-app.ts'

const ADDRESS = `/tiles/land/${HAMLET[16]}.mvt`
let hamlet: Awaited<ReturnType<typeof openHamlet>>
beforeAll(async () => {
  hamlet = await openHamlet()
})
afterAll(() => hamlet?.close())

test('the bytes are those PostgreSQL made', async () => {
  const statement = composeTileStatement(CATALOGUE[0]!, 'public', 16)!
  const [z, x, y] = HAMLET[16].split('/').map(Number)
  const { rows } = await hamlet.database.pool.query<{ md5: string; length: number }>(
    `select md5(tile), length(tile) from (${statement.text}) made`,
    [z, x, y],
  )
  const answer = await hamlet.app.inject({ url: ADDRESS })
  expect(answer.statusCode).toBe(200)
  expect(answer.rawPayload).toHaveLength(rows[0]!.length)
  expect(createHash('md5').update(answer.rawPayload).digest('hex')).toBe(rows[0]!.md5)
})

test('gzip, brotli and plain hold the same tile and have tags of their own', async () => {
  const plain = await hamlet.app.inject({ url: ADDRESS })
  const gzip = await hamlet.app.inject({ url: ADDRESS, headers: { 'accept-encoding': 'gzip' } })
  const br = await hamlet.app.inject({ url: ADDRESS, headers: { 'accept-encoding': 'br' } })
  const both = await hamlet.app.inject({ url: ADDRESS, headers: { 'accept-encoding': 'br, gzip' } })
  expect(both.headers).toMatchObject({ 'content-encoding': 'gzip', etag: gzip.headers.etag }) // it is what is kept
  expect(gunzipSync(gzip.rawPayload)).toEqual(plain.rawPayload)
  expect(brotliDecompressSync(br.rawPayload)).toEqual(plain.rawPayload)
  expect([plain, gzip, br].map((answer) => answer.headers['content-encoding'])).toEqual([undefined, 'gzip', 'br'])
  expect(new Set([plain, gzip, br].map((answer) => answer.headers.etag)).size).toBe(3)
  for (const answer of [plain, gzip, br]) {
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.mapbox-vector-tile',
      vary: 'Accept-Encoding',
      'cache-control': 'public, max-age=0, must-revalidate',
      'content-length': String(answer.rawPayload.length),
    })
    expect(answer.headers.etag).toMatch(/^"[\w-]+"$/)
  }
})

test('what the client holds is not sent again, until the land changes', async () => {
  const first = await hamlet.app.inject({ url: ADDRESS, headers: { 'accept-encoding': 'gzip' } })
  const etag = first.headers.etag as string
  const ask = (held: string) => hamlet.app.inject({ url: ADDRESS, headers: { 'accept-encoding': 'gzip', 'if-none-match': held } })
  for (const held of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await ask(held)
    expect([again.statusCode, again.rawPayload.length, again.headers.etag]).toEqual([304, 0, etag])
    expect(again.headers.vary).toBe('Accept-Encoding')
  }
  expect((await ask('"other"')).statusCode).toBe(200)
  await hamlet.database.ownerPool.query(
    `update land.parcels set land_use = 'COM', residential_density = null where parcel_id = 14`,
  )
  const changed = await ask(etag)
  expect(changed.statusCode).toBe(200)
  expect(changed.headers.etag).not.toBe(etag)
  const parcel = decodeTile(gunzipSync(changed.rawPayload))
    .get('parcels')!
    .find((feature) => feature.id === 14)
  expect(parcel?.properties.land_use).toBe('COM')
})

test('where nothing is, nothing is sent', async () => {
  const answer = await hamlet.app.inject({ url: '/tiles/land/15/1/1.mvt', headers: { 'accept-encoding': 'gzip' } })
  expect([answer.statusCode, answer.rawPayload.length, answer.headers['content-encoding']]).toEqual([204, 0, undefined])
  expect(answer.headers.etag).toMatch(/^"/)
})

test('feature ids are the ids of the database, and retired parcels are gone', async () => {
  const layers = decodeTile((await hamlet.app.inject({ url: ADDRESS })).rawPayload)
  const ids = (layer: string) => layers.get(layer)!.map((feature) => feature.id)
  expect(ids('parcels')).toEqual([11, 12, 13, 14, 21, 22, 23])
  expect(ids('buildings')).toEqual([1, 2])
  expect([...layers.keys()]).toEqual([
    'districts',
    'neighbourhoods',
    'blocks',
    'zones',
    'streets',
    'parcels',
    'buildings',
    'facilities',
    'water',
  ])
})

test.each([
  ['/tiles/land/7/82/51.mvt', 404],
  ['/tiles/land/17/84240/53056.mvt', 404],
  ['/tiles/land/15/32768/0.mvt', 404],
  ['/tiles/land/15/0/32768.mvt', 404],
  ['/tiles/land/15/999999999/0.mvt', 404],
  ['/tiles/nothing/15/0/0.mvt', 404],
  ['/tiles/nothing.json', 404],
  ['/tiles/land/15/0/0/0.mvt', 404],
  ['/tiles/land/15/0.mvt', 404],
  ['/tiles/land/15/0/0', 404],
  ['/tiles/land/15/0/0.png', 404],
  ['/tiles/land', 404],
  ['/tiles/', 404],
  ['/tiles/land/15/-1/0.mvt', 400],
  ['/tiles/land/15/1.5/0.mvt', 400],
  ['/tiles/land/15/1e3/0.mvt', 400],
  ['/tiles/land/x/0/0.mvt', 400],
  ['/tiles/land/15/0/0.mvt.mvt', 400],
  ['/tiles/land/15/%30%00/0.mvt', 400],
  ["/tiles/land/15/0/0';select pg_sleep(9)--.mvt", 400],
  ['/tiles/land/15/99999999999999999999/0.mvt', 400],
])('%s is refused with %i and a reason in both languages', async (url, status) => {
  const answer = await hamlet.app.inject({ url })
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.json()).toMatchObject({ status, detail: expect.stringMatching(/./), detailFa: expect.stringMatching(/./) })
})

test.each([
  '/tiles/land/%zz/0/0.mvt',
  `/tiles/land/15/${'9'.repeat(5000)}/0.mvt`,
  `/tiles/${'a/'.repeat(2000)}0.mvt`,
  '/tiles/..%2f..%2fetc/15/0/0.mvt',
])('the hostile address %.40s is no fault of the server', async (url) => {
  const { statusCode } = await hamlet.app.inject({ url })
  expect(statusCode).toBeGreaterThanOrEqual(400)
  expect(statusCode).toBeLessThan(500)
})
