import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'

interface Watch {
  source: string
  set_id: string
  layer: string
  minzoom: number
  maxzoom: number
  drawn: string[]
}

let database: TestDatabase
let watches: Watch[]
beforeAll(async () => {
  database = await createTestDatabase()
  watches = (await database.pool.query<Watch>('select source::text, set_id, layer, minzoom, maxzoom, drawn from tiles.watches'))
    .rows
})
afterAll(() => database?.drop())

const QUERIES = CATALOGUE.flatMap((set) =>
  set.layers.flatMap((layer) => layer.queries.map((query) => ({ set: set.id, layer: layer.id, ...query }))),
)
const readSql = (file: string) =>
  readFileSync(new URL(`../../tiles/layers/${file}.sql`, import.meta.url), 'utf8').replaceAll(/--.*$/gm, '')

test.each(QUERIES)(
  'every table that $file.sql reads is watched for $set/$layer',
  async ({ set, layer, file, minzoom, maxzoom }) => {
    const sql = readSql(file)
    const tables = new Set(sql.match(/\b(?:land|tiles)\.[a-z_]+/g))
    expect(tables.size).toBeGreaterThan(0)
    for (const table of tables) {
      const zooms = new Set<number>()
      const found = watches.filter((watch) => watch.source === table && watch.set_id === set && watch.layer === layer)
      for (const watch of found) for (let z = watch.minzoom; z <= watch.maxzoom; z++) zooms.add(z)
      for (let z = minzoom; z <= maxzoom; z++) expect(zooms, `${table} at zoom ${z}`).toContain(z)
      // Each column that the query names is one whose change is noted.
      const { rows } = await database.pool.query<{ column: string }>(
        `select attname::text as column from pg_attribute a where attrelid = $1::regclass and attnum > 0 and not attisdropped
       and not exists (select from pg_index i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey))`,
        [table],
      )
      const named = rows
        .map(({ column }) => column)
        .filter((column) => new RegExp(`\\b${column}\\b`).test(sql.replaceAll(/\bas \w+/g, '')))
      for (const column of named) {
        const isOfAnother = [...tables].length > 1 && !found.some((watch) => watch.drawn.includes(column))
        if (isOfAnother)
          expect(
            watches.some((watch) => tables.has(watch.source) && watch.layer === layer && watch.drawn.includes(column)),
            column,
          ).toBe(true)
        else
          expect(
            found.flatMap((watch) => watch.drawn),
            `${table}.${column} in ${file}.sql`,
          ).toContain(column)
      }
    }
  },
)

test('nothing is watched for a layer that is not there, or where it shows nothing', () => {
  for (const { set_id, layer, minzoom, maxzoom, source } of watches) {
    const queries = QUERIES.filter((query) => query.set === set_id && query.layer === layer)
    expect(queries, `${source} for ${set_id}/${layer}`).not.toEqual([])
    expect(Math.min(...queries.map((query) => query.minzoom))).toBeLessThanOrEqual(minzoom)
    expect(Math.max(...queries.map((query) => query.maxzoom))).toBeGreaterThanOrEqual(maxzoom)
  }
})

test('each watched table has the four triggers, and the application may not call what they call', async () => {
  const { rows } = await database.pool.query<{ source: string; count: number; open: number }>(
    `select w.source::text, count(distinct t.tgname)::int as count, count(*) filter (where has_function_privilege('barzan_app', t.tgfoid, 'execute'))::int as open
     from tiles.watches w join pg_trigger t on t.tgrelid = w.source and t.tgname like format('tiles\\_%s\\_%s\\_%%', w.set_id, w.layer)
     group by w.source, w.set_id, w.layer`,
  )
  expect(rows.length).toBe(watches.length)
  expect(rows.filter(({ count, open }) => count !== 4 || open !== 0)).toEqual([])
})

test('the margin that is noted is not narrower than the one that is drawn', async () => {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::int as count
     from generate_series(8, 16) z cross join lateral (values (2 ^ z * 0.65), (2 ^ z * 0.41)) v(at)
     cross join lateral (select floor(at)::int as x, floor(at * 0.9)::int as y) t
     cross join lateral (select ST_TileEnvelope(z, t.x, t.y, margin => 1.0 / 64) as margin) m
     cross join lateral (select (ST_DumpPoints(margin)).geom as corner) c
     where not exists (select from tiles.cover(corner, z, z) n where n.x = t.x and n.y = t.y)`,
  )
  expect(rows[0]!.count).toBe(0)
})
