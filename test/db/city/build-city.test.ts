import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCity, generateCity, type Counts } from '#db/city/build-city.ts'
import { createRowSink } from '#db/city/copy-rows.ts'
import { createCityPlan } from '#db/city/plan.ts'
import { removeSyntheticCity } from '#db/city/remove-city.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'

let database: TestDatabase
let counts: Counts
beforeAll(async () => {
  database = await createTestDatabase()
  counts = await buildCity(database.ownerPool, { parcels: 600, seed: 5 })
})
afterAll(() => database?.drop())

const query = async <T extends Record<string, unknown>>(sql: string) => (await database.ownerPool.query<T>(sql)).rows
const count = async (sql: string) => Number((await query<{ n: string }>(`select count(*) as n from (${sql}) found`))[0]!.n)

describe('making it', () => {
  test('ids go on after the city, and no index or reference was lost', async () => {
    const fresh = await createTestDatabase()
    try {
      const list = `select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) as line from pg_constraint where connamespace = 'land'::regnamespace
        union all select indexdef from pg_indexes where schemaname = 'land' order by 1`
      expect(await query(list)).toEqual((await fresh.ownerPool.query(list)).rows)
    } finally {
      await fresh.drop()
    }
    await database.ownerPool.query(
      `insert into land.streets (municipality_id, name_fa) select municipality_id, 'خیابان آزمون' from land.municipalities`,
    )
    await database.ownerPool.query(`delete from land.streets where name_fa = 'خیابان آزمون'`)
    expect(counts.parcels).toBe(await count('select from land.parcels'))
  })

  test('same seed and size, same bytes; another seed, another city; whatever the portions', async () => {
    const make = async (seed: number, portion: number) => {
      const sink = createRowSink(null, { portion, hashes: true })
      await generateCity(createCityPlan({ parcels: 1500, seed }), 1, sink)
      return { digest: sink.digest(), highWater: sink.highWater }
    }
    const [first, second, other] = [await make(1, 2000), await make(1, 200), await make(2, 2000)]
    expect(second.digest).toEqual(first.digest)
    expect(other.digest.parcels).not.toBe(first.digest.parcels)
  })

  test('memory is flat: no more than a portion and one neighbourhood of rows is held, whatever the size', async () => {
    const held = async (parcels: number) => {
      const sink = createRowSink(null, { portion: 3000 })
      await generateCity(createCityPlan({ parcels, seed: 3 }), 1, sink)
      return { rows: Object.values(sink.counts).reduce((sum, n) => sum + n, 0), most: sink.highWater }
    }
    const [small, large] = [await held(8000), await held(24000)]
    expect(large.rows).toBeGreaterThan(small.rows * 2.5)
    expect(large.most).toBeLessThan(40_000)
  })

  test('a database that holds a municipality is left alone, and only a synthetic one may be taken out', async () => {
    await expect(buildCity(database.ownerPool, { parcels: 600, seed: 1 })).rejects.toThrow(/already holds a municipality/)
    const other = await createTestDatabase({ city: true })
    try {
      await removeSyntheticCity(other.ownerPool)
      const left = await other.ownerPool.query(
        'select (select count(*) from land.parcels) + (select count(*) from land.parties) + (select count(*) from land.municipalities) as n',
      )
      expect(Number(left.rows[0].n)).toBe(0)
      await other.ownerPool.query(
        `insert into land.municipalities (slug, name_fa, name_en, srid) values ('real-town', 'شهر', 'Town', 32639)`,
      )
      await expect(removeSyntheticCity(other.ownerPool)).rejects.toThrow(/real-town/)
    } finally {
      await other.drop()
    }
  })
})
