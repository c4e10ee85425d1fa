import type { FastifyInstance } from 'fastify'
import type { Polygon, Position } from 'geojson'
import type pg from 'pg'
import { createDb, openPool } from '#db/connect.ts'
import { createRandom } from '../../db/city/random.ts'
import { buildApp } from '../../src/http/app.ts'
import { readConfig } from '../../src/kernel/config.ts'
import type { Figure } from './figures.ts'

const QUESTIONS = 400
const SELECTIONS = 20
/** What performance.md promises of search and selection, milliseconds. */
const LIMITS = { code: 20, words: 60, selection: 250 }

/**
 * Search and selection as the API answers them, over parcels drawn at random (always the same ones) from the city at `url`:
 * validation, queries and writing of JSON included, the network left out. One question at a time.
 */
export async function benchApi(url: string): Promise<Figure[]> {
  const pool = openPool(url)
  const app = await buildApp({ config: readConfig({ DATABASE_URL: url, BARZAN_LOG: 'silent' }), db: createDb(pool), pool })
  try {
    const sample = await drawSample(pool)
    const figures: Figure[] = []
    for (const [name, limit, ask] of listQuestions(sample)) figures.push(...(await measureSearch(app, name, limit, ask)))
    for (const wanted of [1000, 10_000]) figures.push(...(await measureSelection(app, pool, sample, wanted)))
    return figures
  } finally {
    await app.close()
    await pool.end()
  }
}

interface Sampled {
  code: string
  main: number | null
  sub: number | null
  postal: string | null
  street: string | null
  neighbourhood: string | null
  plate: string | null
  address: string | null
  lon: number
  lat: number
}

/** Parcels spread evenly over the ids: the same on every run over the same city. */
async function drawSample(pool: pg.Pool): Promise<Sampled[]> {
  const { rows } = await pool.query<Sampled>(
    `with range as (select min(parcel_id) as first, max(parcel_id) as last from land.parcels)
     select p.code, p.registration_main as main, p.registration_sub as sub, p.postal_code as postal, s.name_fa as street, n.name_fa as neighbourhood,
       p.house_number as plate, p.address, ST_X(c.at) as lon, ST_Y(c.at) as lat
     from range, generate_series(0, $1::int - 1) i
     cross join lateral (select * from land.parcels p where p.parcel_id >= first + ((last - first) * i) / $1 and p.status = 'current' and p.address is not null order by p.parcel_id limit 1) p
     left join land.streets s using (street_id) left join land.neighbourhoods n using (neighbourhood_id)
     cross join lateral (select ST_Transform(ST_PointOnSurface(p.geom), 4326) as at) c`,
    [QUESTIONS],
  )
  if (rows.length === 0) throw new Error('there is no city to measure')
  return rows
}

type Question = (sampled: Sampled) => string | null

function listQuestions(sample: Sampled[]): [name: string, limit: number, texts: string[]][] {
  const of = (ask: Question) => sample.flatMap((sampled) => ask(sampled) ?? [])
  return [
    ['a whole code', LIMITS.code, of(({ code }) => code)],
    ['a code in the other reading order', LIMITS.code, of(({ code }) => code.split('-').toReversed().join('-'))],
    ['the beginning of a code', LIMITS.code, of(({ code }) => code.split('-').slice(0, 3).join('-'))],
    ['a registration plot', LIMITS.code, of(({ main, sub }) => (main === null ? null : `${main}/${sub ?? 0}`))],
    ['a postal code', LIMITS.code, of(({ postal }) => postal)],
    ['street and plate', LIMITS.words, of(({ street, plate }) => street && plate && `${street} پلاک ${plate}`)],
    ['a whole address', LIMITS.words, of(({ address }) => address)],
    ['a street', LIMITS.words, of(({ street }) => street)],
    ['a neighbourhood', LIMITS.words, of(({ neighbourhood }) => neighbourhood)],
    ['one letter missing', LIMITS.words, of(({ street }) => street && street.slice(0, -2) + street.slice(-1))],
  ]
}

async function measureSearch(app: FastifyInstance, name: string, limit: number, texts: string[]): Promise<Figure[]> {
  if (texts.length === 0) return []
  const ask = async (q: string) => {
    const answer = await app.inject(`/api/parcels?limit=20&q=${encodeURIComponent(q)}`)
    if (answer.statusCode !== 200) throw new Error(`search of ${name} answered ${answer.statusCode}: ${answer.payload}`)
  }
  for (const q of texts.slice(0, 20)) await ask(q)
  const times: number[] = []
  for (const q of texts) times.push(await time(() => ask(q)))
  return [
    {
      group: 'api',
      name: `search by ${name}, p95`,
      value: percentile(times, 95),
      unit: 'ms',
      limit,
      note: `p50 ${percentile(times, 50).toFixed(1)} ms`,
    },
  ]
}

/** Polygons of 40 corners, no two alike, around parcels of the sample, each holding about `wanted` parcels. */
async function measureSelection(app: FastifyInstance, pool: pg.Pool, sample: Sampled[], wanted: number): Promise<Figure[]> {
  const { rows } = await pool.query<{ count: number; area: number }>(
    `select count(*)::int as count, sum(computed_area_m2) as area from land.parcels where status = 'current'`,
  )
  if (rows[0]!.count < wanted * 1.5) return []
  const random = createRandom(1)
  // Streets and water lie between parcels: grown until it holds enough.
  const times: number[] = []
  const counts: number[] = []
  for (let i = 0; i < SELECTIONS; i++) {
    const { lon, lat } = sample[Math.floor((i * sample.length) / SELECTIONS)]!
    let radius = Math.sqrt((wanted * rows[0]!.area) / rows[0]!.count / Math.PI)
    for (let attempt = 0; attempt < 12; attempt++) {
      const polygon = drawPolygon([lon, lat], radius, () => random.next())
      const before = performance.now()
      const answer = await app.inject({ method: 'POST', url: '/api/parcels/select', payload: polygon })
      const took = performance.now() - before
      const { count } = answer.json<{ summary: { count: number } }>().summary
      if (count >= wanted * 0.9 && count <= wanted * 1.2) {
        times.push(took)
        counts.push(count)
        break
      }
      radius *= Math.min(2, Math.sqrt((wanted * 1.05) / Math.max(count, wanted / 8)))
    }
  }
  if (times.length === 0) return []
  const mean = Math.round(counts.reduce((sum, count) => sum + count, 0) / counts.length)
  const note = `p50 ${percentile(times, 50).toFixed(1)} ms; ${times.length} polygons of 40 corners, ${mean} parcels each`
  return [
    {
      group: 'api',
      name: `selection of ${wanted} parcels, p95`,
      value: percentile(times, 95),
      unit: 'ms',
      limit: LIMITS.selection,
      note,
    },
  ]
}

function drawPolygon([lon, lat]: Position, radiusM: number, random: () => number): Polygon {
  const metresToLat = 1 / 111_000
  const metresToLon = metresToLat / Math.cos((lat! * Math.PI) / 180)
  const ring = Array.from({ length: 40 }, (_, i): Position => {
    const r = radiusM * (0.9 + 0.2 * random())
    return [lon! + Math.cos((i * Math.PI) / 20) * r * metresToLon, lat! + Math.sin((i * Math.PI) / 20) * r * metresToLat]
  })
  return { type: 'Polygon', coordinates: [[...ring, ring[0]!]] }
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await run()
  return performance.now() - before
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((share / 100) * sorted.length) - 1)]!
}
