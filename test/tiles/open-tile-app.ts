import fastify, { type FastifyInstance } from 'fastify'
import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import { answerErrors } from '../../src/http/errors.ts'
import { rebuildPyramid } from '../../tiles/rebuild.ts'
import { tileRoutes, type TileRouteOptions } from '../../tiles/serve.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'

/** The tile routes alone, with the error answers of the whole application. */
export async function openTileApp(options: TileRouteOptions): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 200 } })
  answerErrors(app)
  await app.register(tileRoutes, options)
  await app.ready()
  return app
}

/** A database of its own with the hamlet and its low zooms, and the tile routes before it. */
export async function openHamlet(
  options: Partial<TileRouteOptions> = {},
): Promise<{ database: TestDatabase; app: FastifyInstance; close(): Promise<void> }> {
  const database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
  await rebuildPyramid(database.ownerPool)
  const app = await openTileApp({ pool: database.pool, ...options })
  const close = async () => {
    await app.close()
    await database.drop()
  }
  return { database, app, close }
}

/** Load the hand-drawn hamlet (fixture.sql) into an empty database. */
export async function loadHamlet(ownerPool: pg.Pool): Promise<void> {
  const sql = await readFile(new URL('./fixture.sql', import.meta.url), 'utf8')
  const client = await ownerPool.connect()
  try {
    await client.query(`begin; ${sql}; commit`)
    await client.query('analyze')
  } finally {
    client.release(true)
  }
}

/** Tiles that hold the hamlet, by zoom. */
export const HAMLET = {
  8: '8/164/103',
  10: '10/658/414',
  12: '12/2632/1658',
  14: '14/10530/6632',
  15: '15/21060/13264',
  16: '16/42120/26529',
} as const
