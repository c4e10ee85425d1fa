import http from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { createDb, openPool } from '#db/connect.ts'
import { buildApp } from '../../src/http/app.ts'
import { readConfig } from '../../src/kernel/config.ts'
import { CATALOGUE, MAX_ZOOM, MIN_ZOOM } from '../../tiles/catalogue.ts'
import { composeTileStatement, SESSION_SETTINGS } from '../../tiles/statement.ts'
import type { Figure } from './figures.ts'

type Address = readonly [z: number, x: number, y: number]
/** Tiles whose time is measured, and how often each way, in turn: the best of each is compared, since other work only adds. */
const TIMED_TILES = 120
const ROUNDS = 9
const WORLD = 2 * 20037508.342789244

/**
 * Tiles of every set over the whole city: bytes as served with gzip, and the time of a cold tile through the server against the
 * same SQL alone. Nothing is cached in the server, so every tile is cold there; PostgreSQL's own memory is warm.
 */
export async function benchTiles(url: string): Promise<Figure[]> {
  const pool = openPool(url)
  const app = await buildApp({ config: readConfig({ DATABASE_URL: url }), db: createDb(pool), pool, logLevel: 'silent' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const port = (app.server.address() as AddressInfo).port
  try {
    const addresses = await listTiles(pool)
    return [...(await measureTimes(url, port, addresses)), ...(await measureSizes(port, addresses))]
  } finally {
    await app.close()
    await pool.end()
  }
}

async function measureTimes(url: string, port: number, addresses: Address[]): Promise<Figure[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const client = new pg.Client({ connectionString: url, options: SESSION_SETTINGS })
  await client.connect()
  const deep = addresses.filter(([z]) => z >= 12)
  const chosen = Array.from(
    { length: Math.min(TIMED_TILES, deep.length) },
    (_, index) => deep[Math.floor((index * deep.length) / TIMED_TILES)]!,
  )
  const pairs: { z: number; sqlMs: number; serverMs: number }[] = []
  try {
    for (const address of chosen) {
      const [z, x, y] = address
      const statement = composeTileStatement(CATALOGUE[0]!, 'public', z)!
      // The tile stays in PostgreSQL: its length is asked for, so that moving the bytes is the server's time and not the query's.
      const bare = { name: `bare ${statement.name}`, text: `select length(tile) from (${statement.text}) made offset 0` }
      const path = `/tiles/land/${z}/${x}/${y}.mvt`
      const sql: number[] = []
      const server: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        sql.push(await time(() => client.query({ ...bare, values: [z, x, y] })))
        server.push(await time(() => ask(agent, port, path)))
      }
      pairs.push({ z, sqlMs: Math.min(...sql), serverMs: Math.min(...server) })
    }
  } finally {
    agent.destroy()
    await client.end()
  }
  const used = pairs.map(({ sqlMs, serverMs }) => (serverMs - sqlMs) / Math.max(0.15 * sqlMs, 1))
  const sum = (pick: (pair: (typeof pairs)[number]) => number) => pairs.reduce((total, pair) => total + pick(pair), 0)
  return [
    figure('cold tile above its SQL, part of the allowance used, median', quantile(used, 0.5), '×', 1, 'allowed: 15 % or 1 ms'),
    figure('cold tile above its SQL, part of the allowance used, p95', quantile(used, 0.95), '×', 1),
    figure(
      'all timed tiles through the server, times their SQL',
      sum(({ serverMs }) => serverMs) / sum(({ sqlMs }) => sqlMs),
      '×',
    ),
    ...[13, 14, 15, 16].flatMap((z) => {
      const times = pairs.filter((pair) => pair.z === z).map((pair) => pair.serverMs)
      return times.length === 0
        ? []
        : [figure(`cold tile, zoom ${z}, p95`, quantile(times, 0.95), 'ms', undefined, `${times.length} tiles`)]
    }),
  ]
}

async function measureSizes(port: number, addresses: Address[]): Promise<Figure[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 })
  const figures: Figure[] = []
  try {
    for (const set of CATALOGUE) {
      const packed: number[] = []
      let largest = 0
      const queue = addresses.values()
      const work = async () => {
        for (const [z, x, y] of queue) {
          const answer = await ask(agent, port, `/tiles/${set.id}/${z}/${x}/${y}.mvt`, 'gzip')
          if (answer.status === 204) continue
          if (answer.status !== 200) throw new Error(`${set.id}/${z}/${x}/${y} answered ${answer.status}`)
          packed.push(answer.bytes)
          largest = Math.max(largest, answer.bytes)
        }
      }
      await Promise.all([work(), work()])
      figures.push(
        figure(
          `${set.id}: tile gzipped, median`,
          quantile(packed, 0.5) / 1000,
          'kB',
          undefined,
          `${packed.length} tiles, zooms 8–16`,
        ),
        figure(`${set.id}: tile gzipped, p95`, quantile(packed, 0.95) / 1000, 'kB', 50),
        figure(`${set.id}: largest tile, gzipped`, largest / 1000, 'kB', 500),
      )
    }
  } finally {
    agent.destroy()
  }
  return figures
}

/** Every tile address that touches the parcels' extent. */
async function listTiles(pool: pg.Pool): Promise<Address[]> {
  const { rows } = await pool.query<{ west: number; south: number; east: number; north: number }>(
    `select ST_XMin(box) as west, ST_YMin(box) as south, ST_XMax(box) as east, ST_YMax(box) as north
     from (select ST_Extent(geom_3857) as box from land.parcels) extent`,
  )
  const { west, south, east, north } = rows[0]!
  const addresses: Address[] = []
  for (let z = MIN_ZOOM; z <= MAX_ZOOM; z++) {
    const column = (metres: number) => Math.floor(((metres + WORLD / 2) / WORLD) * 2 ** z)
    const row = (metres: number) => Math.floor(((WORLD / 2 - metres) / WORLD) * 2 ** z)
    for (let x = column(west); x <= column(east); x++) for (let y = row(north); y <= row(south); y++) addresses.push([z, x, y])
  }
  return addresses
}

function ask(agent: http.Agent, port: number, path: string, encoding = 'identity'): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const request = http.get({ agent, port, host: '127.0.0.1', path, headers: { 'accept-encoding': encoding } }, (answer) => {
      let bytes = 0
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length))
      answer.on('end', () => resolve({ status: answer.statusCode!, bytes }))
      answer.on('error', reject)
    })
    request.on('error', reject)
  })
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

function figure(name: string, value: number, unit: Figure['unit'], limit?: number, note?: string): Figure {
  return { group: 'tiles', name, value, unit, ...(limit !== undefined && { limit }), ...(note && { note }) }
}
