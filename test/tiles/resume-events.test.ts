import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '#src/kernel/config.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openTestApp } from '../http/open-app.ts'
import { readEvents, type EventReader } from './read-events.ts'

// Two processes' worth of the whole application before one real database: an edit made through one is heard from both, and whoever
// loses one goes on at the other.
const TOKEN = 'of this test'
let database: TestDatabase
let apps: FastifyInstance[]
let origins: string[]
let parcel: { code: string; id: number; lon: number; lat: number }

beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  const config = readConfig({ BARZAN_ADMIN_TOKEN: TOKEN, BARZAN_LOG: 'silent' })
  apps = [(await openTestApp(database, { config })).app, (await openTestApp(database, { config })).app]
  origins = await Promise.all(
    apps.map(async (app) => {
      await app.listen({ port: 0, host: '127.0.0.1' })
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    }),
  )
  const { rows } = await database.pool.query<typeof parcel>(
    `select code, parcel_id as id, ST_X(at) as lon, ST_Y(at) as lat
     from land.parcels, lateral (select ST_Transform(ST_PointOnSurface(geom), 4326) as at) p
     where status = 'current' and land_use = 'RES' order by parcel_id offset 40 limit 1`,
  )
  parcel = rows[0]!
})
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()))
  await database.drop()
})

it('an edit is heard from every process, for those who look there, with tiles of near and far zooms', async () => {
  const readers = await Promise.all(origins.map((origin) => readEvents(origin, `/events?sets=land,labels&bbox=${around(0.002)}`)))
  const elsewhere = await readEvents(origins[0]!, '/events?sets=land&bbox=10,10,10.1,10.1')
  await Promise.all([...readers, elsewhere].map(hearReady))
  const answer = await change('COM')
  for (const reader of readers) {
    const told = new Set<string>()
    let state: unknown = null
    while (state === null || !answer.tiles.every((tile) => told.has(tile.join('/')))) {
      const { event, data } = await reader.next()
      if (event === 'tiles' && data.set === 'land') for (const tile of data.tiles as number[][]) told.add(tile.join('/'))
      if (event === 'feature-state') state = data
    }
    expect(state).toMatchObject({
      set: 'land',
      layer: 'parcels',
      id: parcel.id,
      written: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
    })
    expect([...told].some((tile) => tile.startsWith('16/'))).toBe(true)
  }
  expect(elsewhere.heard.filter(({ event }) => event === 'tiles')).toEqual([])
  for (const reader of [...readers, elsewhere]) reader.close()
})

it('who has lost one process goes on at the other, and is told what he missed', async () => {
  const reader = await readEvents(origins[0]!, '/events?sets=land')
  const { id } = await hearReady(reader)
  reader.close()
  const { version, tiles } = await change('EDU')
  const resumed = await readEvents(origins[1]!, '/events?sets=land', { 'last-event-id': id })
  const ready = await hearReady(resumed)
  expect(ready.data.resumed).toBe(true)
  const told = resumed.heard.filter(({ event }) => event === 'tiles').flatMap(({ data }) => data.tiles as number[][])
  for (const tile of tiles) expect(told).toContainEqual(tile)
  // Each of them, asked for by that version in a process that may not have heard of it yet, is as the edit left it.
  const [z, x, y] = tiles[0]!
  const asked = await Promise.all(origins.map((origin) => fetch(`${origin}/tiles/land/${z}/${x}/${y}.mvt?v=${version}`)))
  expect(asked[0]!.headers.get('etag')).toBe(asked[1]!.headers.get('etag'))
  resumed.close()
})

it('is described', async () => {
  const api = await (await fetch(`${origins[0]}/api/openapi.json`)).json()
  expect(api.paths['/events'].get.responses['200'].content).toHaveProperty('text/event-stream')
})

async function hearReady(reader: EventReader) {
  for (;;) {
    const event = await reader.next()
    if (event.event === 'ready') return event
  }
}

async function change(landUse: string): Promise<{ version: number; tiles: number[][] }> {
  const answer = await fetch(`${origins[0]}/api/parcels/${encodeURIComponent(parcel.code)}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ landUse }),
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as { version: number; tiles: number[][] }
}

function around(degrees: number): string {
  const { lon, lat } = parcel
  return [lon - degrees, lat - degrees, lon + degrees, lat + degrees].join()
}
