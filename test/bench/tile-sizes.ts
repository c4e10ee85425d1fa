import http from 'node:http'
import type pg from 'pg'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { listTiles, measureDrawn, measureReal, sum } from '../tiles/measure-colours.ts'
import { withServer, type Bench } from './bench-run.ts'
import { fillTemplate } from './compare-tiles.ts'
import type { Figure } from './figures.ts'
import { makeFigure, quantile } from './summarise.ts'

/** Bytes as served with gzip of every tile of every set, and how true the colours of the land are from afar. */
export async function measureSizes(bench: Bench): Promise<Figure[]> {
  const addresses = await listTiles(bench.pool)
  const sizes = await withServer(bench, { store: 'on' }, async (server) => {
    const figures: Figure[] = []
    const all: number[] = []
    const agent = new http.Agent({ keepAlive: true, maxSockets: 2 })
    for (const set of CATALOGUE) {
      const packed: number[] = []
      const queue = addresses.values()
      const work = async () => {
        for (const [z, x, y] of queue) {
          const url = fillTemplate(server.template, { set: set.id, z, x, y })
          const answer = await measureAnswer(agent, url)
          if (answer.status === 204) continue
          if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`)
          packed.push(answer.bytes)
          all.push(answer.bytes)
        }
      }
      await Promise.all([work(), work()])
      const kB = (part: number) => quantile(packed, part) / 1000
      figures.push(
        makeFigure('sizes', `${set.id}: tile gzipped, median`, kB(0.5), 'kB', undefined, `${packed.length} tiles, zooms 8–16`),
        makeFigure('sizes', `${set.id}: tile gzipped, p95`, kB(0.95), 'kB', 50),
        makeFigure('sizes', `${set.id}: largest tile, gzipped`, kB(1), 'kB', 500),
      )
    }
    agent.destroy()
    return [
      ...figures,
      makeFigure('sizes', 'all sets: tile gzipped, p95', quantile(all, 0.95) / 1000, 'kB', 50, `${all.length} tiles`),
    ]
  })
  return [...sizes, await measureColours(bench.pool)]
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
  return makeFigure(
    'sizes',
    'drawn area of a land use against the real one, worst of zooms 8–14, of the city',
    worst * 100,
    '%',
    2,
    where,
  )
}

function measureAnswer(agent: http.Agent, url: string): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      let bytes = 0
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode!, bytes }))
    })
    request.on('error', reject)
  })
}
