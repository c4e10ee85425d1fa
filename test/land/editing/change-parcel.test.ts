import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../database.ts'
import { openPlots, rectangle } from './lay-plots.ts'

let town: Awaited<ReturnType<typeof openPlots>>
beforeAll(async () => {
  town = await openPlots(await createTestDatabase(), [
    { code: 'WEST', rings: [rectangle(100, 100, 120, 130)], density: 2 },
    { code: 'EAST', rings: [rectangle(120, 100, 140, 130)] },
    { code: 'ALONE', rings: [rectangle(300, 300, 320, 330)] },
    { code: 'EDGE', rings: [rectangle(960, 960, 990, 990)] },
    { code: 'USE', rings: [rectangle(400, 100, 420, 130)], density: 3 },
    { code: 'WITNESS', rings: [rectangle(500, 500, 510, 510)] },
    { code: '1-2-3-4-0-0-0', rings: [rectangle(600, 500, 610, 510)] },
  ]) // prettier-ignore
})
afterAll(() => town.close())

describe('who may edit', () => {
  test('nobody without the token, and the body is not looked at', async () => {
    for (const request of [
      { method: 'PATCH', url: '/api/parcels/WEST' },
      { method: 'POST', url: '/api/parcels/split' },
      { method: 'POST', url: '/api/parcels/merge' },
    ] as const) {
      for (const authorization of [undefined, 'Bearer wrong']) {
        const answer = await town.app.inject({
          ...request,
          payload: '{"broken',
          headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        })
        expect(answer.statusCode).toBe(401)
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
      }
    }
  })
  test('reading stays open to all', async () => {
    expect((await town.ask('/api/parcels/WEST')).status).toBe(200)
  })
})

describe('land use', () => {
  test('changes, and the tiles that show the parcel are told with the newest version', async () => {
    const before = (await town.ask('/api/parcels/USE')).body
    const { status, body } = await town.patch('USE', { landUse: 'COM' })
    expect(status).toBe(200)
    expect(body.parcel).toMatchObject({
      id: before.id,
      properties: { code: 'USE', landUse: 'COM', residentialDensity: null, recordedBy: 'administrator' },
    })
    expect((await town.ask('/api/parcels/USE')).body).toEqual(body.parcel)
    const { rows } = await town.ownerPool.query(
      `select t.z, t.x, t.y from land.parcels p cross join lateral tiles.cover(p.geom_3857, 15, 16) t where code = 'USE'`,
    )
    expect(rows.length).toBeGreaterThan(1)
    for (const { z, x, y } of rows) expect(body.tiles).toContainEqual([z, x, y])
    const newest = await town.ownerPool.query(`select max(change_id) as version from tiles.changes`)
    expect(body.version).toBe(newest.rows[0].version)
    expect(town.app.map.feed.knows(body.version)).toBe(true)
  })
  test('what the parcel was is kept', async () => {
    const { rows } = await town.ownerPool.query(
      `select v.land_use, v.residential_density, v.recorded_by, v.replaced_by, v.replaced_at = p.recorded_at as joins, ST_Equals(v.geom, p.geom) as is_same
       from land.parcel_versions v join land.parcels p using (parcel_id) where p.code = 'USE'`,
    )
    expect(rows).toEqual([
      {
        land_use: 'RES',
        residential_density: 3,
        recorded_by: 'system',
        replaced_by: 'administrator',
        joins: true,
        is_same: true,
      },
    ])
  })
  test('the same again changes nothing, and says so by no tiles', async () => {
    const { body } = await town.patch('USE', { landUse: 'COM' })
    expect(body.tiles).toEqual([])
    const { rows } = await town.ownerPool.query(
      `select count(*)::int as n from land.parcel_versions v join land.parcels using (parcel_id) where code = 'USE'`,
    )
    expect(rows[0].n).toBe(1)
  })
  test('a density only with dwellings', async () => {
    expect((await town.patch('USE', { residentialDensity: 1 })).body).toMatchObject({
      status: 422,
      reasons: [{ at: 'residentialDensity' }],
    })
    expect((await town.patch('USE', { landUse: 'RES', residentialDensity: 1 })).body.parcel.properties).toMatchObject({
      landUse: 'RES',
      residentialDensity: 1,
    })
  })
  test('the code may be typed with Persian digits and in the other order', async () => {
    expect((await town.patch('۰-۰-۰-۴-۳-۲-۱', { landUse: 'COM' })).body.parcel.properties.code).toBe('1-2-3-4-0-0-0')
  })
})

describe('outline', () => {
  test('what GET gives comes back as no change, in spite of its rounding', async () => {
    for (const code of ['WEST', 'EAST', 'ALONE']) {
      const { body } = await town.ask(`/api/parcels/${code}`)
      expect((await town.patch(code, { geometry: body.geometry })).body.tiles).toEqual([])
    }
  })
  test('a boundary that nearly meets the neighbour’s is laid on it, corner by corner', async () => {
    const drawn = await town.polygon([[100, 100], [119.98, 100.03], [120.03, 115], [119.97, 129.97], [100, 125], [100, 100]]) // prettier-ignore
    const { status } = await town.patch('WEST', { geometry: drawn })
    expect(status).toBe(200)
    const [[ring]] = (await town.ringsOf('WEST')) as [[number[][]]]
    expect(ring).toContainEqual([120, 100])
    expect(ring).toContainEqual([120, 130])
    const { rows } = await town.ownerPool.query(
      `select ST_Area(ST_Intersection(a.geom, b.geom)) as common, ST_NumGeometries(ST_Union(a.geom, b.geom)) as parts, ST_NumInteriorRings(ST_GeometryN(ST_Union(a.geom, b.geom), 1)) as holes
       from land.parcels a, land.parcels b where a.code = 'WEST' and b.code = 'EAST'`,
    )
    expect(rows[0].common).toBeLessThan(1e-6)
    expect(rows[0]).toMatchObject({ parts: 1, holes: 0 })
  })
  test('old and new place are told', async () => {
    const { body } = await town.patch('ALONE', { geometry: await town.polygon(rectangle(300, 300, 360, 330)) })
    const { rows } = await town.ownerPool.query(
      `select t.z, t.x, t.y from unnest(array[300, 360]) x cross join lateral tiles.cover(ST_Transform(ST_SetSRID(ST_MakePoint(500000 + x, 3580300), 32639), 3857), 15, 16) t`,
    )
    for (const { z, x, y } of rows) expect(body.tiles).toContainEqual([z, x, y])
    expect(body.parcel.properties.areaM2).toBeCloseTo(1800, 0)
    // The feed told the same tiles, once.
    expect(town.app.map.feed.knows(body.version)).toBe(true)
  })
  test('on a neighbour’s ground: refused, with the code and the area', async () => {
    const { status, body } = await town.patch('EAST', { geometry: await town.polygon(rectangle(118, 100, 140, 130)) })
    expect(status).toBe(409)
    expect(body.reasons).toEqual([
      { at: 'WEST', fa: expect.stringMatching(/WEST/), en: expect.stringMatching(/5\d\.\d\d m² of parcel WEST/) },
    ])
    expect((await town.ringsOf('EAST'))[0]).toEqual([rectangle(120, 100, 140, 130)])
  })

  test.each([
    ['crossing itself', [[300, 300], [360, 330], [360, 300], [300, 330], [300, 300]], 400, /crosses or touches itself, near 32\.\d+, 5\d\.\d+/],
    ['as a bow tie that meets itself in a point', [[300, 300], [330, 315], [360, 300], [360, 330], [330, 315], [300, 330], [300, 300]], 400, /touches itself/],
    ['far away', [[900, 300], [930, 300], [930, 330], [900, 330], [900, 300]], 422, /nothing of the ground/],
    ['as small as a plate', [[300, 300], [300.9, 300], [300.9, 300.9], [300, 300.9], [300, 300]], 422, /smaller than 1 m²/],
    ['as narrow as a line', [[300, 300], [340, 300], [340, 300.3], [300, 300.3], [300, 300]], 422, /narrower than 50 cm/],
    ['twenty times as large', [[200, 200], [490, 200], [490, 330], [200, 330], [200, 200]], 422, /more than 10 times/],
    ['within the tolerance of nothing', [[300, 300], [300.02, 300], [300.02, 300.02], [300, 300.02], [300, 300]], 400, /nowhere wider than 5 cent/],
  ])('drawn %s: refused, with the reason', async (_, ring, status, words) => {
    const answer = await town.patch('ALONE', { geometry: await town.polygon(ring) })
    expect(answer.body.detail).toMatch(words)
    expect(answer.status).toBe(status)
    expect(answer.body.detailFa).toMatch(/[آ-ی]/)
  }) // prettier-ignore

  test('a hole outside, a hole twice, nested parts', async () => {
    const outer = rectangle(300, 300, 360, 330)
    for (const [geometry, words] of [
      [await town.polygon(outer, rectangle(400, 300, 410, 310)), /hole lies outside/],
      [await town.polygon(outer, rectangle(305, 305, 310, 310), rectangle(306, 306, 308, 308)), /within another/],
      [
        {
          type: 'MultiPolygon',
          coordinates: [(await town.polygon(outer)).coordinates, (await town.polygon(rectangle(310, 310, 320, 320))).coordinates],
        },
        /within another/,
      ],
    ] as const) {
      const { status, body } = await town.patch('ALONE', { geometry })
      expect(body.detail).toMatch(words)
      expect(status).toBe(400)
    }
  })
  test('beyond the city: refused; on its boundary: not', async () => {
    const beyond = await town.patch('EDGE', { geometry: await town.polygon(rectangle(960, 960, 1004, 990)) })
    expect(beyond.body).toMatchObject({ status: 422, reasons: [{ en: expect.stringMatching(/boundary of the city/) }] })
    expect((await town.patch('EDGE', { geometry: await town.polygon(rectangle(960, 960, 1000.4, 990)) })).status).toBe(200)
  })
  test('a courtyard and two parts are parcels', async () => {
    const yard = await town.polygon(rectangle(300, 300, 360, 330), rectangle(310, 310, 320, 320))
    expect((await town.patch('ALONE', { geometry: yard })).body.parcel.geometry.coordinates).toHaveLength(2)
    const far = await town.polygon(rectangle(370, 300, 380, 330))
    const two = await town.patch('ALONE', {
      geometry: { type: 'MultiPolygon', coordinates: [yard.coordinates, far.coordinates] },
    })
    expect(two.body.parcel.geometry.type).toBe('MultiPolygon')
    expect(two.body.parcel.properties.areaM2).toBeCloseTo(2000, 0)
  })
})

describe('an overlap that came with the data', () => {
  const findings = async () =>
    (
      await town.ownerPool.query(
        `select round(f.area_m2::numeric, 1)::float8 as area_m2, f.found_at < '2021-01-01' as is_old, f.resolved_at is null as is_open
         from land.findings f join land.parcels p using (parcel_id) where p.code = 'OVER' order by finding_id`,
      )
    ).rows
  beforeAll(async () => {
    await town.ownerPool.query(`begin; set local barzan.bulk = 'on';
      insert into land.parcels (municipality_id, code, land_use, geom)
        select municipality_id, code, 'RES', ST_Multi(ST_MakeEnvelope(500000 + west, 3580700, 500000 + east, 3580720, 32639))
        from land.municipalities, (values ('OVER', 100, 121), ('UNDER', 120, 140)) p (code, west, east);
      insert into land.findings (municipality_id, kind, parcel_id, other_parcel_id, area_m2, source, found_at)
        select a.municipality_id, 'overlap', a.parcel_id, b.parcel_id, 20, 'import', '2020-01-01'
        from land.parcels a, land.parcels b where a.code = 'OVER' and b.code = 'UNDER';
      commit`)
  })
  test('may not grow', async () => {
    const { body } = await town.patch('UNDER', { geometry: await town.polygon(rectangle(119, 700, 140, 720)) })
    expect(body).toMatchObject({ status: 409, reasons: [{ at: 'OVER' }] })
  })
  test('may stay: another side of the parcel is corrected, and the finding is as old as it was', async () => {
    expect((await town.patch('UNDER', { geometry: await town.polygon(rectangle(120, 700, 150, 720)) })).status).toBe(200)
    expect(await findings()).toEqual([
      { area_m2: 20, is_old: true, is_open: false },
      { area_m2: 20, is_old: true, is_open: true },
    ])
  })
  test('may shrink, and then not grow again', async () => {
    expect(
      (await town.patch('UNDER', { geometry: await town.polygon(rectangle(120.5, 700, 150, 720)) })).body.parcel.properties
        .findings,
    ).toMatchObject([{ otherCode: 'OVER' }])
    expect((await findings()).at(-1)).toMatchObject({ area_m2: 10, is_open: true })
    expect((await town.patch('UNDER', { geometry: await town.polygon(rectangle(120, 700, 150, 720)) })).status).toBe(409)
  })
  test('is resolved when it is gone', async () => {
    const { body } = await town.patch('UNDER', { geometry: await town.polygon(rectangle(121, 700, 150, 720)) })
    expect(body.parcel.properties.findings).toEqual([])
    expect((await findings()).filter((finding) => finding.is_open)).toEqual([])
  })
})

describe('an edition', () => {
  test('that has been overtaken is not changed', async () => {
    const read = await town.ask('/api/parcels/WITNESS')
    const etag = read.headers.etag!
    const first = await town.patch('WITNESS', { landUse: 'COM' }, { 'if-match': etag })
    expect(first.status).toBe(200)
    expect(first.headers.etag).not.toBe(etag)
    const second = await town.patch('WITNESS', { landUse: 'RES' }, { 'if-match': etag })
    expect(second.body).toMatchObject({ status: 412, code: 'edition-changed', reasons: [{ at: 'if-match' }] })
    expect((await town.ask('/api/parcels/WITNESS')).headers.etag).toBe(first.headers.etag)
    expect((await town.patch('WITNESS', { landUse: 'RES' }, { 'if-match': first.headers.etag! })).status).toBe(200)
    expect((await town.patch('WITNESS', { landUse: 'COM' })).status).toBe(200) // without it, the last write wins
  })
})

describe('what is no edit', () => {
  test.each([
    ['an unknown parcel', 'NOWHERE', { landUse: 'RES' }, 404],
    ['no change', 'WITNESS', {}, 400],
    ['an unknown use', 'WITNESS', { landUse: 'ZZZ' }, 400],
    ['a use that this town does not know', 'WITNESS', { landUse: 'GRN' }, 422],
    ['a number for a shape', 'WITNESS', { geometry: 5 }, 400],
    ['a ring of one point', 'WITNESS', { geometry: { type: 'Polygon', coordinates: [[[51, 32]]] } }, 400],
    ['coordinates beyond all numbers', 'WITNESS', { geometry: { type: 'Polygon', coordinates: [[[1e300, 32], [51, 1e300], [51, 32], [1e300, 32]]] } }, 400],
    ['metres for degrees', 'WITNESS', { geometry: { type: 'Polygon', coordinates: [[[500000, 3580000], [500010, 3580000], [500010, 3580010], [500000, 3580000]]] } }, 400],
    ['latitude first', 'WITNESS', { geometry: { type: 'Polygon', coordinates: [[[32.3, 51], [32.3, 51.0001], [32.3001, 51.0001], [32.3, 51]]] } }, 422],
    ['the pole', 'WITNESS', { geometry: { type: 'Polygon', coordinates: [[[51, 90], [51.1, 90], [51.1, 89.9], [51, 90]]] } }, 422],
    ['texts for numbers', 'WITNESS', { geometry: { type: 'Polygon', coordinates: [[['51', '32'], ['51', '33'], ['52', '33'], ['51', '32']]] } }, 400],
    ['10,001 positions', 'WITNESS', { geometry: { type: 'Polygon', coordinates: [[...Array.from({ length: 10_001 }, (_, i) => [51 + i * 1e-7, 32]), [51, 32]]] } }, 400],
  ])('%s is refused', async (_, code, body, status) => {
    expect((await town.patch(code, body)).status).toBe(status)
  }) // prettier-ignore
  test('not even numbers that JSON cannot hold', async () => {
    const answer = await town.app.inject({
      method: 'PATCH',
      url: '/api/parcels/WITNESS',
      headers: { authorization: 'Bearer open', 'content-type': 'application/json' },
      payload: '{"geometry":{"type":"Polygon","coordinates":[[[1e999,32],[51,32],[51,33],[1e999,32]]]}}',
    })
    expect(answer.statusCode).toBe(400)
  })
  test('a circle of 9,999 corners is a parcel', async () => {
    const ring = Array.from({ length: 9_999 }, (_, i) => [
      505 + 5 * Math.cos((i * Math.PI) / 5000),
      505 + 5 * Math.sin((i * Math.PI) / 5000),
    ])
    const { status, body } = await town.patch('WITNESS', { geometry: await town.polygon([...ring, ring[0]!]) })
    expect(status, body.detail).toBeLessThan(500)
  })
})
