import fastify, { type FastifyInstance } from 'fastify'
import type { MultiPolygon, Polygon, Position } from 'geojson'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerErrors } from '#src/http/errors.ts'
import { exportRoutes } from '#src/land/parcels/export-routes.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { plantParcels } from './plant-parcels.ts'
import { readWithGdal, type GdalLayer } from './read-with-gdal.ts'

let database: TestDatabase
let app: FastifyInstance
let ids: number[]
let folder: string
const areas = new Map<string, number>()
let addresses: Map<string, string | null>

beforeAll(async () => {
  database = await createTestDatabase()
  ;({ ids } = await plantParcels(database.ownerPool))
  const { rows } = await database.ownerPool.query<{ code: string; area: number; address: string | null }>(
    'select code, ST_Area(geom) as area, address from land.parcels',
  )
  for (const row of rows) areas.set(row.code, row.area)
  addresses = new Map(rows.map((row) => [row.code, row.address]))
  app = fastify()
  answerErrors(app)
  await app.register(exportRoutes, { reads: { of: () => database.db } })
  folder = mkdtempSync(join(tmpdir(), 'barzan-export-'))
}, 60_000)
afterAll(async () => {
  await app?.close()
  await database?.drop()
  if (folder) rmSync(folder, { recursive: true })
})

async function exportAs(format: string, wanted: object = { ids }) {
  const answer = await app.inject({ method: 'POST', url: '/api/parcels/export', payload: { ...wanted, format } })
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
  const name = /filename="([^"]+)"/.exec(String(answer.headers['content-disposition']))?.[1]
  expect(name).toMatch(/^nemooneh-parcels-\d{4}-\d\d-\d\d(-shp)?\.(geojson|csv|gpkg|zip|dxf)$/)
  expect(answer.headers['barzan-parcels']).toBe(String(ids.length))
  const path = join(folder, name!)
  writeFileSync(path, answer.rawPayload)
  return { answer, path }
}

describe('the file read back by GDAL has every parcel, its area and its Persian', () => {
  test.each(['gpkg', 'shp'])('%s', async (format) => {
    const { path } = await exportAs(format)
    const [layer] = readWithGdal(path)
    expect(layer!.featureCount).toBe(5)
    expect(layer!.crs).toMatch(/UTM zone 39N/)
    const field = (feature: GdalLayer['features'][number], gpkg: string, shp: string) =>
      feature.properties[format === 'gpkg' ? gpkg : shp]
    for (const feature of layer!.features) {
      const code = String(field(feature, 'code', 'CODE'))
      expect(measure(feature.geometry as Polygon)).toBeCloseTo(areas.get(code)!, 6)
      expect(field(feature, 'area_m2', 'AREA_M2')).toBeCloseTo(areas.get(code)!, 2)
    }
    const first = layer!.features.find((feature) => field(feature, 'code', 'CODE') === '1-1-1-1-0-0-0')!
    expect(field(first, 'address', 'ADDRESS')).toBe('زرین‌شهر، کوچهٔ شهریار، پلاک ۱۱')
    expect(field(first, 'land_use_fa', 'USE_FA')).toBe('مسکونی')
    expect(field(first, 'neighbourhood_fa', 'HOOD_FA')).toBe('محلهٔ مادی‌نو')
    expect(field(first, 'deed_area_m2', 'DEED_M2')).toBe(4998.5)
    const bare = layer!.features.find((feature) => field(feature, 'code', 'CODE') === '1-1-1-4-0-0-0')!
    expect(field(bare, 'land_use', 'LAND_USE')).toBeNull()
    expect(field(bare, 'deed_area_m2', 'DEED_M2')).toBeNull()
    expect(field(bare, 'valid_to', 'VALID_TO')).toBeNull()
  })

  test('geojson', async () => {
    const { answer, path } = await exportAs('geojson')
    const collection = answer.json<{ features: { geometry: MultiPolygon; properties: Record<string, unknown> }[] }>()
    expect(collection.features).toHaveLength(5)
    for (const { geometry, properties } of collection.features) {
      expect(properties.address).toBe(addresses.get(String(properties.code)))
      for (const polygon of geometry.coordinates) {
        expect(wind(polygon[0]!), 'outer rings counter-clockwise (RFC 7946)').toBeGreaterThan(0)
        for (const hole of polygon.slice(1)) expect(wind(hole)).toBeLessThan(0)
      }
      // Measured by PostGIS in the authoritative CRS, from the file's own coordinates.
      const { rows } = await database.ownerPool.query<{ area: number }>(
        'select ST_Area(ST_Transform(ST_GeomFromGeoJSON($1), 32639)) as area',
        [JSON.stringify(geometry)],
      )
      expect(rows[0]!.area / areas.get(String(properties.code))!).toBeCloseTo(1, 2.7)
    }
    expect(JSON.stringify(collection)).not.toMatch(/owner|party|identifier/i)
    expect(readWithGdal(path)[0]!.featureCount).toBe(5)
  })

  test('dxf: closed outlines on a layer for each land use, codes and Persian house numbers as text', async () => {
    const { path, answer } = await exportAs('dxf')
    const [layer] = readWithGdal(path)
    const outlines = layer!.features.filter((feature) => feature.geometry.type !== 'Point')
    const on = (name: string) => outlines.filter((feature) => feature.properties.Layer === name)
    expect(on('PARCEL-RES')).toHaveLength(2)
    expect(on('PARCEL-GRN')).toHaveLength(2) // the outline and its hole
    expect(on('PARCEL-COM')).toHaveLength(2) // two pieces
    expect(on('PARCEL-UNKNOWN')).toHaveLength(1)
    const rings = on('PARCEL-GRN').map((feature) => Math.abs(wind(feature.geometry.coordinates as Position[])) / 2)
    expect(Math.max(...rings) - Math.min(...rings)).toBeCloseTo(2800, 6)
    const texts = layer!.features.filter((feature) => feature.geometry.type === 'Point').map((feature) => feature.properties.Text)
    expect(texts).toContain('1-1-1-1-0-0-0')
    expect(texts).toContain('پلاک ۱۱')
    expect(answer.body).toContain('\\{\\\\\\\\P\\};"') // CAD markup within a house number stays text
  })

  test('csv: Persian survives in Excel, no cell is a formula', async () => {
    const { answer } = await exportAs('csv')
    expect(answer.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    const [header, ...rows] = readCsv(answer.body.replace('\ufeff', ''))
    expect(header!.slice(0, 6)).toEqual(['code', 'land_use', 'land_use_fa', 'land_use_en', 'residential_density', 'area_m2'])
    expect(rows).toHaveLength(5)
    for (const row of rows) {
      expect(row).toHaveLength(header!.length)
      for (const cell of row) expect(cell).not.toMatch(/^[=+@\t\r]/)
      const stored = addresses.get(row[0]!) ?? ''
      expect(row[header!.indexOf('address')]).toBe(stored.startsWith('=') ? `'${stored}` : stored)
      expect(Number(row[header!.indexOf('area_m2')])).toBeCloseTo(areas.get(row[0]!)!, 2)
    }
  })
})

test('a GeoPackage is what the standard says: application id, contents, spatial index', async () => {
  const { path } = await exportAs('gpkg')
  const file = new DatabaseSync(path, { readOnly: true })
  expect(file.prepare('pragma application_id').get()).toEqual({ application_id: 0x47504b47 })
  expect(file.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(file.prepare('select table_name, data_type, srs_id, description from gpkg_contents').get()).toEqual({
    table_name: 'parcels',
    data_type: 'features',
    srs_id: 32639,
    description: expect.stringMatching(/شهر نمونه.*ساختگی/),
  })
  const found = file
    .prepare('select id from rtree_parcels_geom where minx <= 535261 and maxx >= 535261 and miny <= 3584001 and maxy >= 3584001')
    .all()
  expect(found).toEqual([{ id: ids[3] }])
  file.close()
})

test('codes may be sent instead of ids; parcels that do not exist are left out', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/parcels/export',
    payload: { codes: ['1-1-1-2-0-0-0', '9-9-9-9-0-0-0'], format: 'geojson' },
  })
  expect(answer.headers['barzan-parcels']).toBe('1')
  expect(answer.json<{ features: unknown[] }>().features).toHaveLength(1)
})

test.each<[string, object, number]>([
  ['an unknown format', { format: 'pdf', ids: [1] }, 400],
  ['no parcels', { format: 'csv' }, 400],
  ['ids and codes at once', { format: 'csv', ids: [1], codes: ['1'] }, 400],
  ['an empty list', { format: 'csv', ids: [] }, 400],
  ['an id that is none', { format: 'csv', ids: ['x'] }, 400],
  ['too many', { format: 'csv', ids: Array.from({ length: 20_001 }, (_, i) => i + 1) }, 400],
  ['only parcels that do not exist', { format: 'gpkg', ids: [999_999_999] }, 404],
])('%s: refused in both languages', async (_what, payload, status) => {
  const answer = await app.inject({ method: 'POST', url: '/api/parcels/export', payload })
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  const problem = answer.json<{ detail: string; detailFa: string }>()
  expect(problem.detail).toMatch(/[a-z]/)
  expect(problem.detailFa).toMatch(/[آ-ی]/)
})

function wind(ring: Position[]): number {
  const [x0, y0] = ring[0] as [number, number]
  return ring.slice(1).reduce((sum, [x, y], i) => sum + (ring[i]![0]! - x0) * (y! - y0) - (x! - x0) * (ring[i]![1]! - y0), 0)
}

/** Outer rings counter-clockwise, holes clockwise: then the sum of the rings is the area. Shapefile's reader hands them the other way. */
function measure(geometry: Polygon | MultiPolygon): number {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  return Math.abs(polygons.flat().reduce((sum, ring) => sum + wind(ring) / 2, 0))
}

/** RFC 4180, small. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)!.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  return rows.filter((row) => row.length > 1)
}
