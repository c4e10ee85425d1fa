import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type pg from 'pg'
import { inject } from 'vitest'
import { createDb, openPool, type Db } from '#db/connect.ts'
import { rebuildStalePyramids } from '#tiles/rebuild.ts'

/** A database of one test file: a clone of the migrated template, dropped at the end. */
export interface TestDatabase {
  /** as the application's role */
  url: string
  ownerUrl: string
  pool: pg.Pool
  ownerPool: pg.Pool
  db: Db
  drop(): Promise<void>
}

declare module 'vitest' {
  interface ProvidedContext {
    /** the socket folder of the cluster that test/start-cluster.ts started */
    socketDir: string
  }
}

const CITY = { parcels: 600, seed: 1 }

/** Clone the migrated template, empty or holding a synthetic city of 600 parcels. Call in `beforeAll`, drop in `afterAll`. */
export async function createTestDatabase(options: { city?: boolean } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const template = options.city ? 'template_city' : 'template_empty'
  const admin = openPool(testUrl('barzan_owner', 'postgres'), { size: 1 })
  try {
    if (options.city) await ensureCityTemplate(admin)
    await admin.query(`create database ${name} template ${template}`)
    await closeToOthers(admin, name)
  } finally {
    await admin.end()
  }
  const url = testUrl('barzan_app', name)
  const ownerUrl = testUrl('barzan_owner', name)
  const pool = openPool(url, { size: 4, applicationName: 'test' })
  const ownerPool = openPool(ownerUrl, { size: 4, applicationName: 'test owner' })
  return {
    url,
    ownerUrl,
    pool,
    ownerPool,
    db: createDb(pool),
    async drop() {
      await Promise.all([pool.end(), ownerPool.end()])
      // as superuser: the application's last connections may still be closing, and the owner may not end them
      const last = openPool(testUrl('postgres', 'postgres'), { size: 1 })
      await last.query(`drop database if exists ${name} with (force)`)
      await last.end()
    },
  }
}

/** A URL on the cluster of this test run. */
export function testUrl(role: 'postgres' | 'barzan_owner' | 'barzan_app', database: string): string {
  return `postgres://${role}@/${database}?host=${encodeURIComponent(inject('socketDir'))}`
}

/** Made by the first file that asks, while others wait on the lock; a half-made one has another name. */
async function ensureCityTemplate(admin: pg.Pool): Promise<void> {
  await admin.query('select pg_advisory_lock(600)')
  const found = await admin.query(`select from pg_database where datname = 'template_city'`)
  if (found.rowCount === 0) {
    const generator = new URL('../db/city/build-city.ts', import.meta.url)
    if (!existsSync(generator)) throw new Error('the synthetic city is not there yet (db/city/build-city.ts)')
    const { buildCity } = (await import(generator.href)) as {
      buildCity(ownerPool: pg.Pool, options: typeof CITY): Promise<unknown>
    }
    await admin.query('drop database if exists template_city_making with (force)')
    await admin.query('create database template_city_making template template_empty')
    const ownerPool = openPool(testUrl('barzan_owner', 'template_city_making'), { size: 4 })
    try {
      await buildCity(ownerPool, CITY)
      await rebuildStalePyramids(ownerPool) // as the server does at its start
      await ownerPool.query('vacuum analyze')
    } finally {
      await ownerPool.end()
    }
    await admin.query('alter database template_city_making rename to template_city')
  }
  await admin.query('select pg_advisory_unlock(600)')
}

/** Rights on a database are not copied from its template. */
async function closeToOthers(admin: pg.Pool, name: string): Promise<void> {
  await admin.query(`revoke all on database ${name} from public; grant connect on database ${name} to barzan_app`)
}
