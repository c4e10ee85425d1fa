import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatReport } from '#src/land/intake/format-report.ts'
import { importFile } from '#src/land/intake/import-file.ts'
import type { ImportReport } from '#src/land/intake/types.ts'
import type { TestDatabase } from '../../database.ts'
import { clearLand, countLand, createImportDatabase, importOptions, NOTHING } from './import-options.ts'
import { hasRealData, REAL_DATA } from './real-data.ts'

const folder = resolve(REAL_DATA, 'us-cambridge-ma')
const parcels = resolve(folder, 'ASSESSING_ParcelsFY2014.topojson')
const options = importOptions(parcels, { map: { code: 'ML' }, municipality: 'Cambridge, MA' })

describe.skipIf(!hasRealData('us-cambridge-ma'))('the city of Cambridge (real data)', () => {
  let database: TestDatabase
  let report: ImportReport
  beforeAll(async () => {
    database = await createImportDatabase()
    const strict = await importFile(database.ownerPool, { ...options, strict: true })
    expect(strict.outcome).toBe('refused')
    expect(await countLand(database.ownerPool)).toEqual(NOTHING)
    report = await importFile(database.ownerPool, options)
  })
  afterAll(() => database.drop())

  test('its parcels are read with the faults they have, all named', () => {
    const counts = Object.fromEntries(report.leftOut.map(({ reason, features }) => [reason, features.length]))
    expect(report.read).toBe(13_116)
    expect(counts).toEqual({ empty: 1, invalid: 31, 'no-code': 1, repeated: 75 })
    expect(report.repeatedCodes).toHaveLength(13)
    expect(report.overlaps).toHaveLength(71)
    expect(report.added + report.leftOut.reduce((sum, group) => sum + group.features.length, 0)).toBe(report.read)
    expect(report.outcome).toBe('applied')
    const text = formatReport(report)
    for (const { features } of report.leftOut) for (const { ordinal } of features) expect(text).toContain(`#${ordinal}`)
    for (const { code } of report.repeatedCodes) expect(text).toContain(`  ${code}: #`)
    for (const { a, b } of report.overlaps) expect(text).toContain(`${a.id} (#${a.ordinal}) and ${b.id} (#${b.ordinal}): `)
  })

  test('what is added is in the database, each overlap of two added parcels a finding on both', async () => {
    const { rows } = await database.pool.query(
      `select (select count(*)::int from land.parcels) as parcels, (select count(*)::int from land.findings) as findings,
         (select count(*)::int from land.parcels where block_id is null) as without_block,
         (select bool_and(ST_SRID(geom) = 32619 and ST_IsValid(geom)) from land.parcels) as is_sound,
         (select bool_and(f.area_m2 > 0.05 and abs(f.area_m2 - ST_Area(ST_Intersection(a.geom, b.geom))) < 0.01
            and abs(ST_Area(f.geom) - f.area_m2) < 0.01)
          from land.findings f join land.parcels a on a.parcel_id = f.parcel_id join land.parcels b on b.parcel_id = f.other_parcel_id
         ) as is_measured`,
    )
    expect(rows[0]).toEqual({ parcels: report.added, findings: 25, without_block: 0, is_sound: true, is_measured: true })
    expect(report.overlaps.filter((pair) => pair.recorded)).toHaveLength(25)
  })

  test('no pair that overlaps is missed: counted again, parcel by parcel', async () => {
    const { rows } = await database.pool.query(
      `select count(*)::int as n from land.parcels a join land.parcels b on a.parcel_id < b.parcel_id and a.geom && b.geom
       where ST_Relate(a.geom, b.geom, '2********') and ST_Area(ST_Intersection(a.geom, b.geom)) > 0.05`,
    )
    expect(rows[0].n).toBe(25)
  })

  test('the municipality has a profile of its own', async () => {
    const { rows } = await database.pool.query(
      `select slug, name_en, srid, code_scheme, calendar, weekend, is_synthetic,
         (select count(*)::int from land.parcels p where not ST_CoveredBy(p.geom, ST_Buffer(m.boundary, 1))) as outside
       from land.municipalities m`,
    )
    expect(rows).toEqual([
      { slug: 'cambridge-ma', name_en: 'Cambridge, MA', srid: 32619, code_scheme: 'free', calendar: 'gregorian', weekend: [6, 7], is_synthetic: false, outside: 0 },
    ]) // prettier-ignore
  })

  test('areas are those on the ellipsoid, within the scale of the projection', async () => {
    const { rows } = await database.pool.query(
      `select sum(computed_area_m2) / sum(ST_Area(ST_Transform(geom, 4326)::geography)) as ratio from land.parcels`,
    )
    expect(rows[0].ratio).toBeGreaterThan(0.999)
    expect(rows[0].ratio).toBeLessThan(1.001)
  })

  test('the same file again adds nothing and says why', async () => {
    const again = await importFile(database.ownerPool, { ...options, municipality: null })
    expect(again.added).toBe(0)
    const present = again.leftOut.find((group) => group.reason === 'present')
    expect(present?.features).toHaveLength(report.added + 75)
    expect((await countLand(database.ownerPool)).parcels).toBe(report.added)
  })

  test('its streets and zones join it, and the zones answer only where they lie', async () => {
    const streets = await importFile(
      database.ownerPool,
      importOptions(resolve(folder, 'TRANS_Centerlines.topojson'), { into: 'streets', municipality: null }),
    )
    expect([streets.read, streets.added]).toEqual([2643, 2643])
    const zones = await importFile(
      database.ownerPool,
      importOptions(resolve(folder, 'CDD_ZoningDistricts.geojson'), {
        into: 'zones',
        map: { code: 'ZONE_TYPE' },
        municipality: null,
      }),
    )
    expect([zones.read, zones.added]).toEqual([261, 261])
    const { rows } = await database.pool.query(
      `select (select count(*)::int from land.streets where name_en = 'Massachusetts Ave') as avenue,
         (select count(*)::int from land.street_segments where street_id is null) as unnamed,
         (select array_agg(code) from land.themes where coverage is not null) as answering,
         (select count(*)::int from land.themes) as themes`,
    )
    expect(rows[0]).toEqual({ avenue: 1, unnamed: 1, answering: ['zone'], themes: 7 })
  })

  test('an import refused in the middle leaves nothing', async () => {
    await clearLand(database.ownerPool)
    await database.ownerPool.query(`alter table land.blocks add constraint fails check (block_id < 0) not valid`)
    await expect(importFile(database.ownerPool, options)).rejects.toThrow(/fails/)
    expect(await countLand(database.ownerPool)).toEqual(NOTHING)
    await database.ownerPool.query('alter table land.blocks drop constraint fails')
  })
})
