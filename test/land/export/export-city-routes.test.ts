import fastify, { type FastifyInstance } from 'fastify'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerErrors } from '#src/http/errors.ts'
import { exportRoutes } from '#src/land/parcels/export-routes.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { readWithGdal } from './read-with-gdal.ts'

let database: TestDatabase
let app: FastifyInstance
let folder: string

beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  app = fastify()
  answerErrors(app)
  await app.register(exportRoutes, { reads: { of: () => database.db } })
  folder = mkdtempSync(join(tmpdir(), 'barzan-export-'))
}, 300_000)
afterAll(async () => {
  await app?.close()
  await database?.drop()
  if (folder) rmSync(folder, { recursive: true })
})

test.each([
  ['gpkg', 'code', 'area_m2', 'neighbourhood_fa'],
  ['shp', 'CODE', 'AREA_M2', 'HOOD_FA'],
  ['geojson', 'code', 'areaM2', 'neighbourhoodFa'],
] as const)(
  'a whole city as %s: every parcel, the areas of the database, names letter by letter',
  async (format, code, area, name) => {
    const { rows } = await database.ownerPool.query<{ id: number; code: string; area: number; name: string | null }>(
      `select parcel_id as id, code, ST_Area(p.geom) as area, n.name_fa as name
     from land.parcels p left join land.neighbourhoods n using (neighbourhood_id) where status = 'current'`,
    )
    const answer = await app.inject({
      method: 'POST',
      url: '/api/parcels/export',
      payload: { ids: rows.map((row) => row.id), format },
    })
    expect(answer.statusCode).toBe(200)
    const path = join(folder, `city.${format === 'shp' ? 'zip' : format}`)
    writeFileSync(path, answer.rawPayload)
    const [layer] = readWithGdal(path)
    expect(layer!.featureCount).toBe(rows.length)
    const stored = new Map(rows.map((row) => [row.code, row]))
    for (const { properties } of layer!.features) {
      const row = stored.get(String(properties[code]))!
      expect(Math.abs(Number(properties[area]) / row.area - 1)).toBeLessThan(0.001)
      expect(properties[name]).toBe(row.name)
    }
  },
)
