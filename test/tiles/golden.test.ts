import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rebuildPyramid } from '../../tiles/rebuild.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { describeTile } from './decode-tile.ts'
import { HAMLET, loadHamlet, openTileApp } from './open-tile-app.ts'

let database: TestDatabase
let app: FastifyInstance
beforeAll(async () => {
  database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
  await rebuildPyramid(database.ownerPool)
  app = await openTileApp({ pool: database.pool })
})
afterAll(async () => {
  await app?.close()
  await database?.drop()
})

test.each(
  (['land', 'plan', 'labels'] as const).flatMap((set) => ([8, 10, 12, 14, 15, 16] as const).map((z) => [set, z] as const)),
)('%s at zoom %i reads as the golden tile', async (set, z) => {
  const answer = await app.inject({ url: `/tiles/${set}/${HAMLET[z]}.mvt` })
  const text = answer.statusCode === 204 ? 'empty\n' : describeTile(answer.rawPayload)
  await expect(text).toMatchFileSnapshot(`golden/${set}-${z}.txt`)
})
