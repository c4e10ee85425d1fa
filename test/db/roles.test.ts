import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database.ts'

describe('the application role', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  test.each([
    ['create a table', 'create table land.mine (x int)'],
    ['create a table in public', 'create table public.mine (x int)'],
    ['create a temporary table', 'create temporary table mine (x int)'],
    ['create a schema', 'create schema mine'],
    ['create a database', 'create database mine'],
    ['alter a table', 'alter table land.parcels add column x int'],
    ['drop a table', 'drop table land.findings'],
    ['truncate a table', 'truncate land.findings'],
    ['replace a function', `create or replace function kernel.fold_text(value text) returns text language sql as 'select value'`],
    ['write what it may only read', `update land.parcels set code = 'x'`],
    ['delete a parcel', 'delete from land.parcels'],
    ['give a parcel another past', `update land.parcel_lineage set kind = 'merge'`],
    ['rewrite what a parcel was', `update land.parcel_versions set recorded_by = 'x'`],
    ['move a building', `update land.buildings set geom = geom`],
    ['make a finding smaller', `update land.findings set area_m2 = 0`],
    ['move a property', `insert into land.property_parcels values (1, 1)`],
    ['write the list of migrations', `insert into public.schema_migrations values ('9999-x', 'x')`],
    ['become the owner', 'set role barzan_owner'],
    ['read who owns what', 'select * from land.parties'],
    ['read rights', 'select * from land.rights'],
    ['read properties', 'select * from land.properties'],
    ['read which property lies on which parcel', 'select * from land.property_parcels'],
    ['read files of the server', `select pg_read_file('/etc/passwd')`],
    ['run programs on the server', `copy (select 1) to program 'true'`],
  ])('may not %s', async (_, statement) => {
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '42501' })
  })

  test('owns nothing', async () => {
    const { rows } = await database.pool.query(`select count(*) as owned from pg_class where relowner = 'barzan_app'::regrole`)
    expect(rows).toEqual([{ owned: 0 }])
  })

  // Whatever is granted later is granted on purpose: this list says it.
  test('writes exactly this of the land', async () => {
    const { rows } = await database.ownerPool.query(
      `select lower(privilege_type) as may, table_name as on_table, string_agg(column_name, ' ' order by column_name) as columns
       from information_schema.column_privileges
       where grantee = 'barzan_app' and table_schema = 'land' and privilege_type not in ('SELECT', 'REFERENCES') group by 1, 2 order by 2, 1`,
    )
    expect(rows).toEqual([
      { may: 'update', on_table: 'buildings', columns: 'number parcel_id' },
      { may: 'update', on_table: 'facilities', columns: 'parcel_id' },
      {
        may: 'insert',
        on_table: 'findings',
        columns: 'area_m2 found_at geom kind municipality_id other_parcel_id parcel_id source',
      },
      { may: 'update', on_table: 'findings', columns: 'resolved_at' },
      { may: 'insert', on_table: 'parcel_lineage', columns: 'child_id happened_on kind parent_id recorded_at recorded_by' },
      {
        may: 'insert',
        on_table: 'parcel_versions',
        columns: 'geom land_use parcel_id recorded_at recorded_by replaced_at replaced_by residential_density',
      },
      {
        may: 'insert',
        on_table: 'parcels',
        columns:
          'address block_id code geom house_number land_use municipality_id neighbourhood_id postal_code recorded_at recorded_by residential_density street_id valid_from',
      },
      {
        may: 'update',
        on_table: 'parcels',
        columns: 'geom land_use recorded_at recorded_by residential_density status valid_to',
      },
    ])
    const whole = await database.ownerPool.query(
      `select table_name from information_schema.table_privileges where grantee = 'barzan_app' and table_schema = 'land' and privilege_type in ('DELETE', 'TRUNCATE', 'TRIGGER')`,
    )
    expect(whole.rows).toEqual([])
  })

  test('reads the land', async () => {
    await expect(database.pool.query('select from land.parcels')).resolves.toBeDefined()
  })
})
