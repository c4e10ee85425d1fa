import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPool } from '#db/connect.ts'
import { bringUpToDate, checkSchema, findPending, migrate, MIGRATIONS, readMigrations } from '#db/migrate.ts'
import { createTestDatabase, testUrl, type TestDatabase } from '../database.ts'

describe('findPending', () => {
  const one = { name: '0001-a', sql: '', sha256: 'a' }
  const two = { name: '0002-b', sql: '', sha256: 'b' }

  test('what is not applied yet, in order', () => {
    expect(findPending([one, two], new Map([['0001-a', 'a']]))).toEqual([two])
  })
  test('an edited file is refused', () => {
    expect(() => findPending([one, two], new Map([['0001-a', 'other']]))).toThrow(
      /0001-a was edited after it was applied.*new file/,
    )
  })
  test('a database ahead of this version is let be', () => {
    expect(
      findPending(
        [one],
        new Map([
          ['0001-a', 'a'],
          ['0009-z', 'z'],
        ]),
      ),
    ).toEqual([])
  })
})

describe('migrate', () => {
  let database: TestDatabase
  let folder: string

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'barzan-migrations-'))
    for (const name of readdirSync(MIGRATIONS)) copyFileSync(join(MIGRATIONS, name), join(folder, name))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const add = (name: string, sql: string) => writeFileSync(join(folder, name), sql)

  test('has nothing to do on a migrated database', async () => {
    await expect(migrate(database.ownerPool)).resolves.toEqual([])
    await expect(checkSchema(database.pool)).resolves.toBeUndefined()
  })

  test('two at once: one applies, the other waits and finds nothing', async () => {
    add('9001-wait-and-create.sql', 'select pg_sleep(0.3); create table land.once (x int);')
    const [a, b] = [openPool(database.ownerUrl, { size: 1 }), openPool(database.ownerUrl, { size: 1 })]
    const applied = await Promise.all([migrate(a, folder), migrate(b, folder)])
    expect(applied.flat()).toEqual(['9001-wait-and-create'])
    await Promise.all([a.end(), b.end()])
  })

  test('a file that fails leaves nothing behind, and says which and why', async () => {
    add('9001-wait-and-create.sql', 'select pg_sleep(0.3); create table land.once (x int);')
    add('9002-fail-half-way.sql', 'create table land.half (x int); select 1 / 0;')
    await expect(migrate(database.ownerPool, folder)).rejects.toThrow(
      'Migration 9002-fail-half-way failed and was rolled back: division by zero',
    )
    const { rows } = await database.pool.query(`select to_regclass('land.half') as half`)
    expect(rows).toEqual([{ half: null }])
  })

  test('a schema that is behind is named, with what to run', async () => {
    add('9003-come-later.sql', 'select 1;')
    await expect(checkSchema(database.pool, folder)).rejects.toThrow(/behind: .*9003-come-later.*npm run migrate/)
  })

  test('a landed file may not change', async () => {
    const first = String(readMigrations(folder)[0]?.name)
    add(`${first}.sql`, 'select 1;')
    await expect(migrate(database.ownerPool, folder)).rejects.toThrow(`Migration ${first} was edited after it was applied`)
    await expect(checkSchema(database.pool, folder)).rejects.toThrow('was edited')
  })

  test('names and numbers are checked', () => {
    add('0001-again.sql', '')
    expect(() => readMigrations(folder)).toThrow('two migrations have the number 0001')
    rmSync(join(folder, '0001-again.sql'))
    add('later.sql', '')
    expect(() => readMigrations(folder)).toThrow('"later.sql" is not named')
  })
})

describe('a server somebody else runs', () => {
  let admin: ReturnType<typeof openPool>
  beforeAll(async () => {
    admin = openPool(testUrl('postgres', 'postgres'), { size: 1 })
    await admin.query('create database foreign_server; ').catch(() => undefined)
    await admin.query('alter database foreign_server owner to barzan_owner')
  })
  afterAll(async () => {
    await admin.query('drop database foreign_server with (force)')
    await admin.end()
  })

  test('without an owner only the state is checked', async () => {
    const pool = openPool(testUrl('barzan_app', 'foreign_server'), { size: 1 })
    await expect(bringUpToDate({ pool, ownerPool: null })).rejects.toThrow(/behind: 0001-.*DATABASE_OWNER_URL=.* npm run migrate/)
    await pool.end()
  })

  test('an owner who may not create PostGIS is told what a superuser must run', async () => {
    const ownerPool = openPool(testUrl('barzan_owner', 'foreign_server'), { size: 1 })
    await expect(migrate(ownerPool)).rejects.toThrow('As a superuser run in this database: create extension postgis')
    await ownerPool.end()
  })

  test('once the extension is there the owner migrates, and the application needs its grant', async () => {
    const superPool = openPool(testUrl('postgres', 'foreign_server'), { size: 1 })
    await superPool.query('create extension postgis')
    const ownerPool = openPool(testUrl('barzan_owner', 'foreign_server'), { size: 1 })
    const pool = openPool(testUrl('barzan_app', 'foreign_server'), { size: 1 })
    const applied = await bringUpToDate({ pool, ownerPool })
    expect(applied).toEqual(readMigrations(MIGRATIONS).map((m) => m.name))
    await expect(bringUpToDate({ pool, ownerPool: null })).resolves.toEqual([])
    await Promise.all([superPool.end(), ownerPool.end(), pool.end()])
  })
})
