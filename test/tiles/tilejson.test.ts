import { Ajv } from 'ajv'
import type { FastifyInstance } from 'fastify'
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TileJson } from '../../tiles/tilejson.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { loadHamlet, openTileApp } from './open-tile-app.ts'

const SCHEMA = new URL('../../../shared/data/tilejson-schema/3.0.0-schema.json', import.meta.url)
let database: TestDatabase
let app: FastifyInstance
beforeAll(async () => {
  database = await createTestDatabase()
  app = await openTileApp({ pool: database.pool, origin: 'https://barzan.example.org' })
})
afterAll(async () => {
  await app?.close()
  await database?.drop()
})

test('before a city is loaded there are no bounds to tell', async () => {
  const answer = await app.inject({ url: '/tiles/land.json' })
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).not.toHaveProperty('bounds')
})

test('the description is whole', async () => {
  await loadHamlet(database.ownerPool)
  const answer = await app.inject({ url: '/tiles/land.json' })
  expect(answer.headers['content-type']).toMatch(/^application\/json/)
  const json = answer.json<TileJson>()
  expect(json).toMatchObject({
    tilejson: '3.0.0',
    tiles: ['https://barzan.example.org/tiles/land/{z}/{x}/{y}.mvt'],
    scheme: 'xyz',
    minzoom: 8,
    maxzoom: 16,
  })
  expect(json.vector_layers.map((layer) => layer.id)).toEqual([
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
  expect(json.vector_layers.find((layer) => layer.id === 'parcels')).toMatchObject({
    minzoom: 15,
    maxzoom: 16,
    fields: { land_use: 'String', density: 'Number' },
  })
  const [west, south, east, north] = json.bounds!
  expect([west, south, east, north].map((degrees) => degrees.toFixed(3))).toEqual(['51.372', '32.389', '51.375', '32.391'])
  const [lon, lat, zoom] = json.center!
  expect(lon > west && lon < east && lat > south && lat < north && zoom >= 8 && zoom <= 16).toBe(true)
})

test('without a public address the tiles are where the description was asked for', async () => {
  const other = await openTileApp({ pool: database.pool })
  const answer = await other.inject({ url: '/tiles/plan.json', headers: { host: 'city.example:8443' } })
  expect(answer.json<TileJson>().tiles).toEqual(['http://city.example:8443/tiles/plan/{z}/{x}/{y}.mvt'])
  await other.close()
})

test('what the client holds is not sent again', async () => {
  const first = await app.inject({ url: '/tiles/land.json' })
  const again = await app.inject({ url: '/tiles/land.json', headers: { 'if-none-match': first.headers.etag as string } })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})

if (!existsSync(SCHEMA)) console.warn(`NOT CHECKED: the TileJSON schema is not at ${SCHEMA.pathname}`)
test.runIf(existsSync(SCHEMA)).each(['land', 'plan', 'labels'])(
  '%s keeps to the published schema of TileJSON 3.0',
  async (set) => {
    const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object)
    const answer = await app.inject({ url: `/tiles/${set}.json` })
    expect(validate(answer.json()), JSON.stringify(validate.errors)).toBe(true)
  },
)
