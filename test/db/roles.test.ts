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

  test('reads the land', async () => {
    await expect(database.pool.query('select from land.parcels')).resolves.toBeDefined()
  })
})
