import http from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { createDb, openPool } from '#db/connect.ts'
import { buildApp } from '../../src/http/app.ts'
import { readConfig } from '../../src/kernel/config.ts'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { composeTileStatement, SESSION_SETTINGS } from '../../tiles/statement.ts'
import { listTiles, measureDrawn, measureReal, sum, type TileAddress } from '../tiles/measure-colours.ts'
import type { Figure } from './figures.ts'

/**
 * Tiles whose time is measured, and how often each way: in turn, a few times in a row. The best of each is compared, since other
 * work only adds; in a row, because the two ways run in two PostgreSQL processes, and whichever has just been idle pays for the
 * processor's caches that the other has filled.
 */
const TIMED_TILES = 120
const ROUNDS = 4
const IN_A_ROW = 3

/**
 * Tiles of every set over the whole city: bytes as served with gzip, and the time of a cold tile through the server against the
 * same SQL alone. Nothing is cached in the server, so every tile is cold there; PostgreSQL's own memory is warm.
 */
export async function benchTiles(url: string): Promise<Figure[]> {
  const pool = openPool(url)
  const app = await buildApp({ config: readConfig({ DATABASE_URL: url, BARZAN_LOG: 'silent' }), db: createDb(pool), pool })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const port = (app.server.address() as AddressInfo).port
  try {
    const addresses = await listTiles(pool)
    return [...(await measureTimes(url, port, addresses)), ...(await measureSizes(port, addresses)), await measureColours(pool)]
  } finally {
    await app.close()
    await pool.end()
  }
}

async function measureTimes(url: string, port: number, addresses: TileAddress[]): Promise<Figure[]> {
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
        for (let again = 0; again < IN_A_ROW; again++) sql.push(await time(() => client.query({ ...bare, values: [z, x, y] })))
        for (let again = 0; again < IN_A_ROW; again++) server.push(await time(() => ask(agent, port, path)))
      }
      pairs.push({ z, sqlMs: Math.min(...sql), serverMs: Math.min(...server) })
    }
  } finally {
    agent.destroy()
    await client.end()
  }
  const used = pairs.map(({ sqlMs, serverMs }) => (serverMs - sqlMs) / Math.max(0.15 * sqlMs, 1))
  return [
    figure('cold tile above its SQL, part of the allowance used, median', quantile(used, 0.5), '×', 1, 'allowed: 15 % or 1 ms'),
    figure('cold tile above its SQL, part of the allowance used, p95', quantile(used, 0.95), '×', 1),
    figure(
      'all timed tiles through the server, times their SQL',
      sum(pairs.map((pair) => pair.serverMs)) / sum(pairs.map((pair) => pair.sqlMs)),
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

async function measureSizes(port: number, addresses: TileAddress[]): Promise<Figure[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 })
  const figures: Figure[] = []
  const all: number[] = []
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
          all.push(answer.bytes)
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
    figures.push(figure('all sets: tile gzipped, p95', quantile(all, 0.95) / 1000, 'kB', 50, `${all.length} tiles`))
  } finally {
    agent.destroy()
  }
  return figures
}

/** How far the drawn area of a land use is from the real one, at worst, where parcels are not drawn one by one. */
async function measureColours(pool: pg.Pool): Promise<Figure> {
  const real = await measureReal(pool)
  const total = sum(real.values())
  let worst = 0
  let where = ''
  for (let z = 8; z <= 14; z++) {
    const drawn = await measureDrawn(pool, z)
    for (const [use, area] of real) {
      const difference = Math.abs((drawn.get(use) ?? 0) - area) / total
      if (difference > worst) [worst, where] = [difference, `${use} at zoom ${z}`]
    }
  }
  return figure('drawn area of a land use against the real one, worst of zooms 8–14, of the city', worst * 100, '%', 2, where)
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
