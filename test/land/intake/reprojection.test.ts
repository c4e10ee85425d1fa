import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importFile } from '#src/land/intake/import-file.ts'
import { openSource } from '#src/land/intake/read/open-source.ts'
import { resolveCrs } from '#src/land/intake/resolve-crs.ts'
import type { TestDatabase } from '../../database.ts'
import { clearLand, createImportDatabase, importOptions } from './import-options.ts'
import { hasRealData, readAll, REAL_DATA } from './real-data.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createImportDatabase()
})
afterAll(() => database.drop())

/** Points of a file by id, brought into EPSG:28992 the way an import does. */
async function readPoints(file: string): Promise<Map<string, [number, number]>> {
  const source = await openSource(file, null)
  const client = await database.ownerPool.connect()
  try {
    const features = await readAll(source.features())
    const { srid } = await resolveCrs(client, source.readCrs(), null)
    const points = features.map((feature) => (feature.geometry as { coordinates: [number, number] }).coordinates)
    const { rows } = await client.query<{ x: number; y: number }>(
      `select ST_X(p) as x, ST_Y(p) as y from unnest($1::float8[], $2::float8[]) with ordinality as t (x, y, n)
       cross join lateral ST_Transform(ST_SetSRID(ST_MakePoint(t.x, t.y), ${srid}), 28992) as p order by n`,
      [points.map((point) => point[0]), points.map((point) => point[1])],
    )
    return new Map(rows.map((row, i) => [String(features[i]!.properties.id), [row.x, row.y]]))
  } finally {
    client.release()
    await source.close()
  }
}

describe.skipIf(!hasRealData('nl-addresses-rd'))('addresses in two coordinate systems', () => {
  const file = (name: string) => resolve(REAL_DATA, 'nl-addresses-rd', name)

  test('GeoPackage in degrees, GeoPackage and shapefile in the national grid agree to millimetres', async () => {
    const [national, degrees, shape] = await Promise.all(
      ['dutch_addresses_28992.gpkg', 'dutch_addresses_4326.gpkg', 'dutch_addresses_shape_28992.zip'].map((name) =>
        readPoints(file(name)),
      ),
    )
    expect([national!.size, degrees!.size, shape!.size]).toEqual([2481, 2481, 2481])
    const farthest = (other: Map<string, [number, number]>) =>
      Math.max(...[...national!].map(([id, [x, y]]) => Math.hypot(other.get(id)![0] - x, other.get(id)![1] - y)))
    expect(farthest(degrees!)).toBeLessThan(0.005)
    expect(farthest(shape!)).toBeLessThan(0.001)
  })
})

describe.skipIf(!hasRealData('cz-bubenec'))('a cadastre in web Mercator', () => {
  const gpkg = resolve(REAL_DATA, 'cz-bubenec', 'bubenec.gpkg')

  test('several layers: the sentence names them', async () => {
    await expect(importFile(database.ownerPool, importOptions(gpkg))).rejects.toThrow(
      /buildings, plots, streets, tessellation.*--layer/,
    )
    await expect(importFile(database.ownerPool, importOptions(gpkg, { layer: 'dtm' }))).rejects.toThrow(/no layer "dtm"/)
  })

  test('areas are those on the ground, not 2.4 times too large; buildings find their plots', async () => {
    await clearLand(database.ownerPool)
    const plots = await importFile(database.ownerPool, importOptions(gpkg, { layer: 'plots', map: { code: 'ID' } }))
    expect(plots).toMatchObject({ read: 407, added: 407, leftOut: [], overlaps: [], municipality: { srid: 32633 } })
    const { rows } = await database.pool.query(
      `select sum(computed_area_m2) / sum(ST_Area(ST_Transform(geom, 4326)::geography)) as true_ratio,
         sum(computed_area_m2) / sum(ST_Area(geom_3857)) as mercator_ratio from land.parcels`,
    )
    expect(rows[0].true_ratio).toBeGreaterThan(0.999)
    expect(1 / rows[0].mercator_ratio).toBeCloseTo(2.4, 1)
    const buildings = await importFile(database.ownerPool, importOptions(gpkg, { layer: 'buildings', into: 'buildings' }))
    expect(buildings).toMatchObject({ read: 144, added: 144 })
    const homes = await database.pool.query('select count(parcel_id)::int as n from land.buildings')
    expect(homes.rows[0].n).toBe(144)
    const streets = await importFile(database.ownerPool, importOptions(gpkg, { layer: 'streets', into: 'streets' }))
    expect(streets).toMatchObject({ read: 35, added: 35 })
  })
})
