import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCity } from '#db/city/build-city.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'

const PARCELS = 6000
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await buildCity(database.ownerPool, { parcels: PARCELS, seed: 1 })
})
afterAll(() => database?.drop())

const query = async <T extends Record<string, unknown>>(sql: string) => (await database.ownerPool.query<T>(sql)).rows
const count = async (sql: string) => Number((await query<{ n: string }>(`select count(*) as n from (${sql}) found`))[0]!.n)

describe('ground', () => {
  test('blocks are tiled by their parcels: no gap, no overlap', async () => {
    const wrong = await query(`
      select b.block_id, ST_Area(b.geom) as block, sum(p.computed_area_m2) as parts, ST_Area(ST_Union(p.geom)) as joined
      from land.blocks b join land.parcels p using (block_id) where p.status = 'current' group by b.block_id
      having abs(ST_Area(b.geom) - sum(p.computed_area_m2)) > 0.05 or abs(ST_Area(ST_Union(p.geom)) - sum(p.computed_area_m2)) > 0.05`)
    expect(wrong).toEqual([])
    expect(
      await count('select from land.blocks b where not exists (select from land.parcels p where p.block_id = b.block_id)'),
    ).toBe(0)
  })

  test('no two parcels of the city overlap by more than 0.05 m²', async () => {
    const overlaps = await query(`
      select p.code, q.code as other, ST_Area(ST_Intersection(p.geom, q.geom)) as area_m2
      from land.parcels p join land.parcels q on p.geom && q.geom and p.parcel_id < q.parcel_id
      where p.status = 'current' and q.status = 'current' and ST_Area(ST_Intersection(p.geom, q.geom)) > 0.05`)
    expect(overlaps).toEqual([])
  })

  test('every parcel is reached from a street: its border is where the right of way ends', async () => {
    // Four metres for the cut corners, where the crossing is wider than its streets.
    const shutIn = await query(`
      select p.code, p.land_use from land.parcels p where p.status = 'current' and not exists (
        select from land.street_segments s where s.geom && ST_Expand(p.geom, 30) and ST_DWithin(s.geom, p.geom, s.row_width_m::float / 2 + 4))`)
    expect(shutIn).toEqual([])
    expect(
      await count(
        `select from land.parcels where status = 'current' and (address is null or house_number is null or street_id is null)`,
      ),
    ).toBe(0)
  })

  test('no street runs over a parcel and no parcel lies in the river', async () => {
    expect(
      await query(`
      select p.code, s.segment_id from land.street_segments s join land.parcels p on ST_Intersects(s.geom, p.geom)
      where p.status = 'current' and ST_Length(ST_Intersection(s.geom, p.geom)) > 0.5`),
    ).toEqual([])
    expect(
      await query(`
      select p.code, w.kind from land.water_courses w join land.parcels p on ST_Intersects(w.geom, p.geom)
      where p.status = 'current' and w.kind <> 'pool' and ST_Area(ST_Intersection(w.geom, p.geom)) > 1`),
    ).toEqual([])
  })

  test('buildings stand on their own parcel and cover no more than it', async () => {
    expect(
      await query(`
      select b.building_id from land.buildings b join land.parcels p using (parcel_id) where ST_Area(ST_Difference(b.geom, p.geom)) > 0.1`),
    ).toEqual([])
    const [houses] = await query<{ coverage: number; north: number }>(`
      select avg(ST_Area(b.geom) / p.computed_area_m2)::float as coverage,
        avg((ST_Y(ST_Centroid(b.geom)) > ST_Y(ST_Centroid(p.geom)))::int)::float as north
      from land.buildings b join land.parcels p using (parcel_id)
      where p.land_use = 'RES' and p.computed_area_m2 between 150 and 400 and ST_NumInteriorRings(ST_GeometryN(b.geom, 1)) = 0`)
    expect(houses!.coverage).toBeGreaterThan(0.5)
    expect(houses!.coverage).toBeLessThan(0.72)
    expect(houses!.north).toBeGreaterThan(0.6)
  })

  test('streets have the widths of their class', async () => {
    const rows = await query<{ class: string; low: number; high: number }>(
      'select class, min(row_width_m)::float as low, max(row_width_m)::float as high from land.street_segments group by class',
    )
    const bounds: Record<string, [number, number]> = {
      'arterial-1': [30, 45],
      'arterial-2': [18, 30],
      collector: [12, 16],
      local: [8, 11],
      alley: [3, 6],
      pedestrian: [4, 6],
    }
    expect(rows.map((row) => row.class).sort()).toEqual(Object.keys(bounds).sort())
    for (const row of rows) {
      expect(row.low, row.class).toBeGreaterThanOrEqual(bounds[row.class]![0])
      expect(row.high, row.class).toBeLessThanOrEqual(bounds[row.class]![1])
    }
    expect(await count('select from land.street_segments where is_dead_end')).toBeGreaterThan(50)
  })
})

describe('use', () => {
  test('shares of the twenty-two uses are those of a town', async () => {
    const rows = await query<{ land_use: string; share: number }>(`
      select land_use, (100 * sum(computed_area_m2) / sum(sum(computed_area_m2)) over ())::float as share
      from land.parcels where status = 'current' group by land_use`)
    const bounds: Record<string, [number, number]> = {
      RES: [42, 62],
      AGR: [3, 18],
      VAC: [2, 9],
      GRN: [4, 10],
      COM: [2.5, 8],
      MIX: [2, 7],
      IND: [0.5, 8],
      EDU: [2, 5],
      HED: [0.4, 3],
      ADM: [0.6, 2.5],
      SPO: [0.6, 3],
      HLT: [0.6, 2.5],
      CUL: [0.2, 1.5],
      REL: [0.3, 1.5],
      UEQ: [0.6, 3],
      UTL: [0.3, 1.5],
      TRN: [0.6, 3],
      MIL: [0.3, 3],
      HER: [0.05, 1.5],
      NAT: [0.5, 4],
      BUF: [0.2, 2.5],
      TOU: [0.2, 2],
    }
    const share = Object.fromEntries(rows.map((row) => [row.land_use, row.share]))
    expect(Object.keys(share).sort()).toEqual(Object.keys(bounds).sort())
    for (const [use, [low, high]] of Object.entries(bounds)) {
      expect(share[use], use).toBeGreaterThanOrEqual(low)
      expect(share[use], use).toBeLessThanOrEqual(high)
    }
  })

  test('density is said of dwellings and of nothing else; plots are skewed', async () => {
    expect(await count(`select from land.parcels where (land_use = 'RES') <> (residential_density is not null)`)).toBe(0)
    const [plots] = await query<{ median: number; mean: number }>(`
      select percentile_cont(0.5) within group (order by computed_area_m2) as median, avg(computed_area_m2) as mean from land.parcels where status = 'current'`)
    expect(plots!.median).toBeGreaterThan(150)
    expect(plots!.median).toBeLessThan(300)
    expect(plots!.mean / plots!.median).toBeGreaterThan(1.3)
  })

  test('the number of parcels is near the wanted one', async () => {
    expect(Math.abs((await count(`select from land.parcels where status = 'current'`)) - PARCELS) / PARCELS).toBeLessThan(0.06)
  })
})

describe('names and numbers', () => {
  test('codes are of seven parts, postal codes strict, plots and identifiers unique', async () => {
    expect(await count(String.raw`select from land.parcels where code !~ '^1-\d{1,2}-\d{1,5}-\d{1,5}-0-0-0$'`)).toBe(0)
    expect(
      await count(
        String.raw`select from land.parcels where status = 'current' and postal_code !~ '^847[13-9][1346-9][013-9]{5}$'`,
      ),
    ).toBe(0)
    expect(await count('select postal_code from land.parcels where postal_code is not null group by 1 having count(*) > 1')).toBe(
      0,
    )
    expect(await count('select from land.parcels group by registration_main, registration_sub having count(*) > 1')).toBe(0)
    expect(
      await count(`select street_id, house_number from land.parcels where status = 'current' group by 1, 2 having count(*) > 1`),
    ).toBe(0)
    expect(
      await count(
        `select from land.parties where kind = 'natural' and identifier !~ '^(999|000)' or kind = 'legal' and identifier !~ '^99'`,
      ),
    ).toBe(0)
  })

  test('names are Persian and English; no neighbourhood has a street name twice', async () => {
    expect(
      await count(`select from land.streets where name_fa !~ '^[\u0600-\u06ff\u200c ]+$' or name_en !~ '^[A-Za-z0-9 -]+$'`),
    ).toBe(0)
    expect(
      await count(`select from land.facilities where name_fa !~ '^[\u0600-\u06ff\u200c ]+$' or name_en !~ '^[A-Za-z0-9 -]+$'`),
    ).toBe(0)
    expect(await count('select from land.neighbourhoods group by name_fa having count(*) > 1')).toBe(0)
    const twice = await query(`
      select neighbourhood_id, name_fa from (select distinct p.neighbourhood_id, s.street_id, s.name_fa from land.parcels p join land.streets s using (street_id)) s
      group by 1, 2 having count(*) > 1`)
    expect(twice).toEqual([])
    const [sample] = await query<{ address: string }>(`select address from land.parcels where address like '%کوچهٔ%' limit 1`)
    expect(sample!.address).toMatch(/^\S.+، .+، پلاک [۰-۹]+$/)
  })

  test('shares of every property add up to all of it', async () => {
    expect(
      await count(`
      select property_id from land.rights where kind <> 'lease' group by 1 having abs(sum(share_numerator::float / share_denominator) - 1) > 1e-9`),
    ).toBe(0)
    expect(
      await count(
        `select from land.parcels p where status = 'current' and not exists (select from land.property_parcels where parcel_id = p.parcel_id)`,
      ),
    ).toBe(0)
    expect(await count('select property_id from land.property_parcels group by 1 having count(*) > 1')).toBeGreaterThan(5)
  })

  test('retired parcels have heirs, and a parcel that was split covers its parts', async () => {
    expect(
      await count(
        `select from land.parcels p where status = 'retired' and not exists (select from land.parcel_lineage where parent_id = p.parcel_id)`,
      ),
    ).toBe(0)
    expect(
      await query(`
      select l.parent_id from land.parcel_lineage l join land.parcels old on old.parcel_id = l.parent_id join land.parcels new on new.parcel_id = l.child_id
      where l.kind = 'split' group by 1, old.geom having abs(ST_Area(old.geom) - sum(new.computed_area_m2)) > 0.05 or count(*) < 2`),
    ).toEqual([])
    expect(
      new Set((await query<{ kind: string }>('select distinct kind from land.parcel_lineage')).map((row) => row.kind)),
    ).toEqual(new Set(['split', 'merge', 'correction']))
  })
})

describe('plan and themes', () => {
  test('eight themes, each with its source; groundwater is known of the west only', async () => {
    const themes = await query<{ code: string; source_fa: string }>('select code, source_fa from land.themes order by ordinal')
    expect(themes.map((theme) => theme.code)).toEqual([
      'zone',
      'street-widening',
      'river-buffer',
      'madi-buffer',
      'power-line',
      'gas-line',
      'heritage',
      'groundwater',
    ])
    for (const theme of themes) expect(theme.source_fa).toContain('نمونه')
    const [known] = await query<{ covered: number; all: number }>(`
      select count(*) filter (where ST_Intersects(t.coverage, p.geom))::int as covered, count(*)::int as all
      from land.parcels p, land.themes t where t.code = 'groundwater' and p.status = 'current'`)
    expect(known!.covered / known!.all).toBeGreaterThan(0.2)
    expect(known!.covered / known!.all).toBeLessThan(0.8)
  })

  test('each theme touches some parcel; widening takes half a metre to three from frontages', async () => {
    for (const theme of ['river-buffer', 'madi-buffer', 'power-line', 'gas-line', 'heritage', 'groundwater'])
      expect(
        await count(
          `select from land.parcels p join land.buffers b on ST_Intersects(p.geom, b.geom) where b.theme = '${theme}' and p.status = 'current' limit 1`,
        ),
        theme,
      ).toBe(1)
    const [zones] = await query<{ share: number }>(`
      select (sum(ST_Area(geom)) / (select sum(computed_area_m2) from land.parcels where status = 'current'))::float as share from land.plan_units`)
    expect(zones!.share).toBeGreaterThan(0.75)
    expect(zones!.share).toBeLessThan(1)
    expect(
      await count(`
      select from land.street_lines l join land.street_segments s using (segment_id) where (l.planned_width_m - s.row_width_m) / 2 not between 0.5 and 3`),
    ).toBe(0)
    expect(
      await count(`
      select from land.street_lines l join land.parcels p on ST_Intersects(l.right_of_way, p.geom) where ST_Area(ST_Intersection(l.right_of_way, p.geom)) > 1`),
    ).toBeGreaterThan(20)
  })
})
