import type { LineString } from 'geojson'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#src/kernel/config.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { openTestApp } from '../../http/open-app.ts'
import { describeTile } from '../../tiles/decode-tile.ts'

// Edits in the synthetic city: shapes, borders and lineage as they come.

const headers = { authorization: 'Bearer open' }
let database: TestDatabase
let city: Awaited<ReturnType<typeof openTestApp>>
beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  city = await openTestApp(database, {
    config: readConfig({ DATABASE_URL: database.url, BARZAN_LOG: 'silent', BARZAN_ADMIN_TOKEN: 'open' }),
  })
})
afterAll(async () => {
  await city.app.close()
  await database.drop()
})

test('a parcel sent back as it was read is no change: rounding makes no slivers', async () => {
  const { rows } = await database.ownerPool.query(
    `select code from land.parcels where status = 'current' order by md5(code) limit 100`,
  )
  for (const { code } of rows as { code: string }[]) {
    const { body } = await city.ask(`/api/parcels/${code}`)
    const answer = await city.ask(`/api/parcels/${code}`, { geometry: body.geometry }, { method: 'PATCH', headers })
    expect([code, answer.status, answer.body.tiles]).toEqual([code, 200, []])
  }
})

describe('fifteen splits, each merged again', () => {
  test('the ground is what it was, nothing overlaps, lineage leads from the first to the last', async () => {
    const { rows } = await database.ownerPool.query(
      `select p.parcel_id, p.code, p.computed_area_m2, ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_MakeLine(
         ST_Translate(c.at, 300 * cos(p.parcel_id), 300 * sin(p.parcel_id)), ST_Translate(c.at, -300 * cos(p.parcel_id), -300 * sin(p.parcel_id))), 32639), 4326), 7) as line
       from land.parcels p cross join lateral (select ST_Centroid(p.geom) as at) c
       where p.status = 'current' and p.computed_area_m2 > 150 order by md5(p.code) limit 15`,
    )
    let done = 0
    for (const row of rows as { parcel_id: number; code: string; computed_area_m2: number; line: string }[]) {
      const split = await city.ask(
        '/api/parcels/split',
        { parcel: row.code, line: JSON.parse(row.line) as LineString },
        { headers },
      )
      if (split.status === 422) continue // a sliver: said so
      expect(split.status, split.body.detail).toBe(200)
      const codes = split.body.parcels.map((parcel: any) => parcel.properties.code as string)
      const merge = await city.ask('/api/parcels/merge', { parcels: codes }, { headers })
      expect(merge.status, merge.body.detail).toBe(200)
      const same = await database.ownerPool.query(
        `select ST_Area(ST_SymDifference(a.geom, b.geom)) as off, ST_NPoints(b.geom) - ST_NPoints(a.geom) as more from land.parcels a, land.parcels b where a.parcel_id = $1 and b.parcel_id = $2`,
        [row.parcel_id, merge.body.parcel.id],
      )
      expect(same.rows[0].off).toBeLessThan(1e-6 * row.computed_area_m2)
      expect(same.rows[0].more).toBeLessThanOrEqual(2 * codes.length)
      done++
    }
    expect(done).toBeGreaterThan(8)
    expect(await listOverlaps()).toEqual([])
    const lost = await database.ownerPool.query(
      `select (select count(*)::int from land.buildings b join land.parcels p using (parcel_id) where p.status = 'retired') as buildings,
         (select count(*)::int from land.facilities f join land.parcels p using (parcel_id) where p.status = 'retired') as facilities,
         (select count(*)::int from land.property_parcels o join land.parcels p using (parcel_id) where p.status = 'retired' and exists (select from land.parcel_lineage l where l.parent_id = p.parcel_id and l.recorded_by = 'administrator')) as properties`,
    )
    expect(lost.rows[0]).toEqual({ buildings: 0, facilities: 0, properties: 0 })
  })
})

test('what an edit says it touched is what the feed says', async () => {
  const told: string[] = []
  const stop = city.app.map.feed.onBatch((batch) =>
    told.push(...batch.tiles.filter((tile) => tile.set === 'land').map((tile) => [tile.z, tile.x, tile.y].join('/'))),
  )
  const { rows } = await database.ownerPool.query(
    `select code from land.parcels where status = 'current' and land_use = 'RES' order by parcel_id limit 1`,
  )
  const { body } = await city.ask(`/api/parcels/${rows[0].code}`, { landUse: 'IND' }, { method: 'PATCH', headers })
  stop()
  expect(body.tiles.map((tile: number[]) => tile.join('/')).sort()).toEqual([...new Set(told)].sort())
  expect(new Set(body.tiles.map(([z]: number[]) => z)).has(13)).toBe(true)
})

test('who edits sees his own edit at once, at every zoom, though the tiles were kept', async () => {
  const { rows } = await database.ownerPool.query(
    `select code from land.parcels where status = 'current' and land_use = 'RES' order by parcel_id desc limit 1`,
  )
  const code = rows[0].code as string
  const first = await city.ask(`/api/parcels/${code}`, { landUse: 'COM' }, { method: 'PATCH', headers })
  const tiles = first.body.tiles as number[][]
  const before = await readTiles(city.app, tiles, `?v=${first.body.version}`)
  const { body } = await city.ask(`/api/parcels/${code}`, { landUse: 'MIL' }, { method: 'PATCH', headers })
  const after = await readTiles(city.app, tiles, `?v=${body.version}`)
  const fresh = await openTestApp(database, {
    config: readConfig({ DATABASE_URL: database.url, BARZAN_LOG: 'silent', BARZAN_TILE_STORE: 'off' }),
  })
  const rendered = await readTiles(fresh.app, tiles, '')
  await fresh.app.close()
  for (const [i, [z]] of tiles.entries()) {
    expect(after[i]).toBe(rendered[i])
    if (z! >= 15) expect(after[i]).not.toBe(before[i])
  }
})

async function readTiles(app: (typeof city)['app'], tiles: number[][], query: string): Promise<string[]> {
  const texts: string[] = []
  for (const tile of tiles) {
    const answer = await app.inject({ url: `/tiles/land/${tile.join('/')}.mvt${query}`, headers: { 'accept-encoding': 'gzip' } })
    expect([200, 204]).toContain(answer.statusCode)
    const bytes = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(answer.rawPayload) : answer.rawPayload
    texts.push(describeTile(bytes))
  }
  return texts
}

test('whatever is drawn is done or refused with a reason; the land stays whole', async () => {
  const { rows } = await database.ownerPool.query(
    `select code, ST_X(at) as lon, ST_Y(at) as lat from land.parcels, ST_Transform(ST_Centroid(geom), 4326) at where status = 'current' order by md5(code) limit 40`,
  )
  let seed = 7
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  const statuses: Record<string, number> = {}
  for (const { code, lon, lat } of rows as { code: string; lon: number; lat: number }[]) {
    const reach = 10 ** -(3 + 3 * random()) // from 100 m to 10 cm
    const position = () => [lon + reach * (random() - 0.5), lat + reach * (random() - 0.5)]
    const ring = Array.from({ length: 3 + Math.floor(random() * 6) }, position)
    const hole = Array.from({ length: 3 }, position)
    const geometry = { type: 'Polygon', coordinates: [[...ring, ring[0]], ...(random() < 0.3 ? [[...hole, hole[0]]] : [])] }
    const line = { type: 'LineString', coordinates: Array.from({ length: 2 + Math.floor(random() * 4) }, position) }
    const other = rows[Math.floor(random() * rows.length)].code as string
    for (const answer of [
      await city.ask(`/api/parcels/${code}`, { geometry }, { method: 'PATCH', headers }),
      await city.ask('/api/parcels/split', { parcel: code, line }, { headers }),
      await city.ask('/api/parcels/merge', { parcels: [code, other], landUse: 'RES' }, { headers }),
    ]) {
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
      expect([200, 400, 409, 422], JSON.stringify([geometry, line, answer.body])).toContain(answer.status)
      if (answer.status !== 200) expect(answer.body.reasons[0].fa).toMatch(/[آ-ی]/)
    }
  }
  expect(Object.keys(statuses).length).toBeGreaterThan(2)
  const wrong = await database.ownerPool.query(`select code from land.parcels where not ST_IsValid(geom) or ST_IsEmpty(geom)`)
  expect(wrong.rows).toEqual([])
  expect(await listOverlaps()).toEqual([])
})

async function listOverlaps(): Promise<unknown[]> {
  const { rows } = await database.ownerPool.query(
    `select a.code, b.code from land.parcels a join land.parcels b on a.parcel_id < b.parcel_id and a.geom && b.geom
     where a.status = 'current' and b.status = 'current' and ST_Area(ST_Intersection(a.geom, b.geom)) > 0.05
       and not exists (select from land.findings f where f.parcel_id = a.parcel_id and f.other_parcel_id = b.parcel_id and f.resolved_at is null)`,
  )
  return rows
}
