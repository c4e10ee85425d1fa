import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '#src/kernel/config.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openTestApp } from '../http/open-app.ts'

const TOKEN = 'a-token-for-this-test'

let database: TestDatabase
let app: Awaited<ReturnType<typeof openTestApp>>['app']
beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  ;({ app } = await openTestApp(database, { config: readConfig({ BARZAN_ADMIN_TOKEN: TOKEN, BARZAN_LOG: 'silent' }) }))
  await app.map.feed.catchUp() // before, nothing is kept
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

test('tiles are told by where they came from, and layers by how long PostGIS took', async () => {
  const { rows } = await database.ownerPool.query<{ x: number; y: number }>(
    `select floor((st_x(p) + 20037508.342789244) / side) as x, floor((20037508.342789244 - st_y(p)) / side) as y
     from land.parcels, st_pointonsurface(geom_3857) p, (select 2 * 20037508.342789244 / 2 ^ 16 as side) s order by parcel_id limit 1`,
  )
  const tile = `/tiles/land/16/${rows[0]!.x}/${rows[0]!.y}.mvt`
  await expect.poll(async () => (await app.inject({ url: tile, headers: { 'accept-encoding': 'gzip' } })).statusCode).toBe(200)
  for (let n = 0; n < 3; n++) await app.inject({ url: tile, headers: { 'accept-encoding': 'gzip' } })
  expect((await app.inject('/tiles/land/16/0/0.mvt')).statusCode).toBeLessThan(500)
  const text = (await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${TOKEN}` } })).payload
  expect(text).toMatch(/barzan_tile_answer_seconds_count\{set="land",zoom="16",source="rendered"\} [1-9]/)
  expect(text).toMatch(/barzan_tile_answer_seconds_count\{set="land",zoom="16",source="memory"\} [3-9]/)
  for (const layer of ['parcels', 'buildings']) {
    expect(text).toMatch(new RegExp(`barzan_tile_layer_seconds_count\\{set="land",layer="${layer}"\\} [1-9]`))
  }
  expect(text).toMatch(/barzan_tile_memory_bytes [1-9]/)
  for (const queue of ['requests', 'changes']) {
    expect(text).toContain(`barzan_tile_queue_waiting{queue="${queue}"} 0`)
    expect(text).toContain(`barzan_tile_queue_oldest_seconds{queue="${queue}"} 0`)
  }
  expect(text).toMatch(/barzan_database_query_seconds_count\{pool="primary barzan-tiles"\} [1-9]/)
  // the short way for tiles in memory is counted like every other request
  expect(text).toMatch(
    /barzan_http_request_seconds_count\{method="GET",route="\/tiles\/:set\/:z\/:x\/:y.mvt",status="2xx"\} [4-9]/,
  )
})
