import type { FastifyInstance } from 'fastify'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '#src/kernel/config.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openTestApp } from '../http/open-app.ts'
import { decodeTile, type DecodedFeature } from '../tiles/decode-tile.ts'
import { listTiles } from '../tiles/measure-colours.ts'
import { templateOf } from './bench-run.ts'
import { compareServers, compareWithDatabase, fetchTile } from './compare-tiles.ts'
import { encodeTile } from './encode-tile.ts'
import { nameTile, parseTile, type TileRequest } from './traffic/trace.ts'

// The gate before another server is measured: the same is let through, and the smallest difference in the content is not.

let database: TestDatabase
let tiles: TileRequest[]
const open: { close(): unknown }[] = []
let ours: string

beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  const addresses = await listTiles(database.pool)
  tiles = addresses.flatMap(([z, x, y]) => ['land', 'plan', 'labels'].map((set) => ({ set, z, x, y })))
  ours = await openBarzan({})
})

afterAll(async () => {
  for (const server of open) await server.close()
  await database.drop()
})

test('another of ours that keeps no tiles draws the same', async () => {
  const other = await openBarzan({ BARZAN_TILE_STORE: 'off' })
  expect(await compareServers(tiles, ours, other)).toEqual({ tiles: tiles.length, difference: null, differences: 0 })
  expect(await compareWithDatabase(database.url, tiles, ours)).toEqual({ tiles: tiles.length, difference: null, differences: 0 })
})

test('a server that leaves out one parcel of one tile is found out', async () => {
  const proxy = await openProxy(await findDense(), (layers) => void layers.get('parcels')!.splice(3, 1))
  const { difference } = await compareServers(tiles, ours, proxy)
  expect(difference).toMatch(/^land\/16\/\d+\/\d+: parcels \d+ features against \d+ \(such as id \d+\)$/)
})

test('a server that draws one corner elsewhere is found out, and decoding and encoding by itself is not', async () => {
  const shift = (by: number) => (layers: Map<string, DecodedFeature[]>) => {
    const ring = layers.get('parcels')![5]!.rings[0]!
    ring[1]!.x -= by
    ring[1]!.y -= by
  }
  const dense = await findDense()
  expect((await compareServers(tiles, ours, await openProxy(dense, shift(40)))).difference).toMatch(
    /parcels id \d+: shapes \d+\.\d units apart$/,
  )
  expect((await compareServers(tiles, ours, await openProxy(dense, shift(0)))).difference).toBeNull()
})

test('a server that says another land use is found out', async () => {
  const proxy = await openProxy(await findDense(), (layers) => void (layers.get('parcels')![0]!.properties.land_use = 'XYZ'))
  expect((await compareServers(tiles, ours, proxy)).difference).toMatch(/: parcels id \d+: land_use is [A-Z]{3} against XYZ$/)
})

async function openBarzan(env: Record<string, string>): Promise<string> {
  const config = readConfig({ DATABASE_URL: database.url, BARZAN_LOG: 'silent', ...env })
  const { app } = (await openTestApp(database, { config })) as { app: FastifyInstance }
  await app.listen({ port: 0, host: '127.0.0.1' })
  open.push(app)
  return templateOf(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
}

/** A server like ours but for one tile. */
async function openProxy(tile: TileRequest, change: (layers: Map<string, DecodedFeature[]>) => void): Promise<string> {
  const server: Server = createServer((request, response) => {
    const asked = parseTile(request.url!.replace(/^\/tiles\//, '').replace(/\.mvt$/, ''))
    void fetchTile(ours, asked).then((bytes) => {
      if (nameTile(asked) !== nameTile(tile)) return response.end(bytes)
      const layers = decodeTile(bytes)
      change(layers)
      response.end(encodeTile(layers))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  open.push({ close: () => (server.closeAllConnections(), server.close()) })
  return templateOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

/** A tile of the last zoom with many parcels. */
async function findDense(): Promise<TileRequest> {
  for (const tile of tiles.filter(({ set, z }) => set === 'land' && z === 16)) {
    if ((decodeTile(await fetchTile(ours, tile)).get('parcels')?.length ?? 0) > 20) return tile
  }
  throw new Error('no tile holds 20 parcels')
}
