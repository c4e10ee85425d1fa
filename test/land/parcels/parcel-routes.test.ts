import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { openTestApp } from '../../http/open-app.ts'
import { layGrid } from '../lay-grid.ts'

let database: TestDatabase
let opened: Awaited<ReturnType<typeof openTestApp>>
let municipality: number

const list = async (query: Record<string, string>) => {
  const { status, body } = await opened.ask(`/api/parcels?${new URLSearchParams(query)}`)
  expect([status, body.detail]).toEqual([200, undefined])
  return body as { features: { id: number; properties: Record<string, any> }[]; nextCursor: string | null }
}
const codesOf = (page: { features: { properties: Record<string, any> }[] }) =>
  page.features.map((feature) => feature.properties.code as string)
const found = async (q: string) => codesOf(await list({ q }))

beforeAll(async () => {
  database = await createTestDatabase()
  municipality = await layGrid(database.ownerPool, 4000)
  const { ownerPool } = database
  // A retired parcel with its two children, free codes, an address nobody tied to a street.
  await ownerPool.query(`
    with old as (
      insert into land.parcels (municipality_id, code, status, valid_from, valid_to, geom) select ${municipality}, '1-1-900-1-0-0-0', 'retired', '2020-03-20', '2025-03-21', geom from land.parcels where code = '1-1-3-7-0-0-0' returning parcel_id)
    insert into land.parcel_lineage select old.parcel_id, p.parcel_id, 'split', '2025-03-21', 'test' from old, land.parcels p where p.code in ('1-1-3-7-0-0-0', '1-1-3-8-0-0-0')`)
  const far = (x: number) => `ST_Multi(ST_MakeEnvelope(${600_000 + x}, 3500000, ${600_010 + x}, 3500020, 32639))`
  await ownerPool.query(`
    insert into land.parcels (municipality_id, code, address, house_number, postal_code, geom) values
      (${municipality}, '167-59', '688 Huron Ave', '688', '02138', ${far(0)}),
      (${municipality}, '167-60', '690 Huron Ave', '690', '02138', ${far(10)}),
      (${municipality}, '123A-436', 'خیابان شهيد بهشتي، كوچهٔ می‌نا، پلاک ۷', '7', null, ${far(20)}),
      (${municipality}, '267.1-276', null, null, null, ${far(30)})`)
  opened = await openTestApp(database)
})
afterAll(async () => {
  await opened.app.close()
  await database.drop()
})

describe('search', () => {
  test.each([
    '1-1-3-7-0-0-0', '۱-۱-۳-۷-۰-۰-۰', '0-0-0-7-3-1-1', '۰/۰/۰/۷/۳/۱/۱', '1.1.3.7.0.0.0', '1 1 3 7 0 0 0', '01-01-003-07-0-0-0', 'کد نوسازی ۱-۱-۳-۷-۰-۰-۰',
  ])('a renovation code as people write it: %s', async (q) => expect(await found(q)).toEqual(['1-1-3-7-0-0-0'])) // prettier-ignore

  test('the code of an apartment finds its property', async () => expect(await found('1-1-3-7-2-5-0')).toEqual(['1-1-3-7-0-0-0']))
  test('the beginning of a code, in the order of codes', async () => {
    const codes = await found('1-1-3')
    expect(codes).toHaveLength(50)
    expect(codes.every((code) => code.startsWith('1-1-3-'))).toBe(true)
    expect(codes).toEqual(codes.toSorted())
  })
  test('free codes, in any case', async () => {
    expect(await found('167-59')).toEqual(['167-59'])
    expect(await found('167-')).toEqual(['167-59', '167-60'])
    expect(await found('123a-436')).toEqual(['123A-436'])
    expect((await found('267.1'))[0]).toBe('267.1-276')
  })
  test('registration plots, as written first', async () => {
    expect((await found('1/106'))[0]).toBe('1-1-3-7-0-0-0')
    expect(await found('پلاک ثبتی ۱۰۶/۱')).toEqual(['1-1-3-7-0-0-0'])
    expect(await found('پلاک ۱۰۶ فرعی از ۱ اصلی بخش ۹')).toEqual(['1-1-3-7-0-0-0'])
    expect(await found('پلاک ۱۰۶ فرعی از ۱ اصلی بخش ۸')).toEqual([])
  })
  test('postal codes, whole and begun', async () => {
    expect(await found('۸۴۰۰۸۳۹۴۱۴')).toEqual(['1-1-3-7-0-0-0'])
    expect(await found('8400839')).toContain('1-1-3-7-0-0-0')
    expect(await found('02138')).toEqual(['167-59', '167-60'])
  })
  test('street and plate, with the spelling of whoever types', async () => {
    for (const q of ['کوچه نرگس 0 پلاک ۷', 'ترمه، كوچۀ نرگس 0، پلاك 7', 'نرگس 0 ۷'])
      expect((await found(q))[0]).toBe('1-1-3-7-0-0-0')
    expect(await found('خیابان شهید بهشتی کوچه مینا پلاک ۷')).toEqual(['123A-436'])
    expect(await found('688 huron')).toEqual(['167-59'])
    expect(await found('Huron Ave')).toEqual(['167-59', '167-60'])
    expect((await found('Alley 2 no. 7'))[0]).toBe('1-1-3-7-0-0-0')
  })
  test('plates come in the order of numbers', async () => {
    const plates = (await list({ q: 'کوچه نرگس 0' })).features.map((feature) =>
      Number(/پلاک (\d+)/.exec(feature.properties.address)![1]),
    )
    expect(plates).toEqual(plates.toSorted((a, b) => a - b))
    expect(plates).toHaveLength(50)
  })
  test('half a word and a misspelt street find something, when nothing else does', async () => {
    expect(await found('Huro')).toEqual(['167-59', '167-60'])
    expect((await found('شهریاار')).length).toBeGreaterThan(0)
  })
  test('a retired parcel is found by its whole code and by nothing else', async () => {
    const page = await list({ q: '1-1-900-1-0-0-0' })
    expect(page.features[0]!.properties.status).toBe('retired')
    expect(await found('1-1-900')).toEqual([])
    const ids = new Set((await everything({})).map((feature) => feature.properties.code))
    expect(ids.has('1-1-900-1-0-0-0')).toBe(false)
  })
  test('what is found has the class of the legend and the area of the ground', async () => {
    expect((await list({ q: '1-1-3-7-0-0-0' })).features[0]).toMatchObject({
      type: 'Feature', id: 107,
      properties: { code: '1-1-3-7-0-0-0', landUse: 'RES', areaM2: 200, registrationPlot: '1/106', status: 'current' },
      geometry: { type: 'Polygon' },
    }) // prettier-ignore
  })
})

async function everything(query: Record<string, string>, limit = 500) {
  const features: { id: number; properties: Record<string, any> }[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof list>> = await list({ ...query, limit: String(limit), ...(cursor && { cursor }) })
    features.push(...page.features)
    cursor = page.nextCursor
  } while (cursor)
  return features
}

describe('pages', () => {
  test.each([
    [{}, 4004, 500], [{ q: '1' }, 4000 + 4, 333], [{ q: '1-1-3' }, 50, 7], [{ q: 'نرگس' }, 250, 33], [{ q: 'کوچه نرگس 0' }, 50, 9], [{ q: 'ثبتی ۱' }, 2000, 501 - 1],
    [{ bbox: '51,32,51.02,32.0864' }, -1, 11],
  ] as [Record<string, string>, number, number][])('of %j are whole, without repeats, and end', async (query, count, limit) => {
    const ids = (await everything(query, limit)).map((feature) => feature.id)
    expect(new Set(ids).size).toBe(ids.length)
    const all = (await everything(query, 500)).map((feature) => feature.id)
    expect(ids).toEqual(all)
    if (count >= 0) expect(ids.length).toBeGreaterThanOrEqual(Math.min(count, 50))
  }) // prettier-ignore

  test('a box holds what touches it, and only that', async () => {
    const bbox = [51.0005, 32.0862, 51.003, 32.0866] as const
    const { rows } = await database.pool.query(
      `select array_agg(parcel_id::int order by parcel_id) as ids from land.parcels where status = 'current' and ST_Transform(geom, 4326) && ST_MakeEnvelope($1, $2, $3, $4, 4326)`,
      [...bbox],
    )
    expect((await everything({ bbox: bbox.join(',') })).map((feature) => feature.id)).toEqual(rows[0].ids)
  })
  test('a search inside a box', async () => {
    expect(await everything({ q: '1-1-3-7-0-0-0', bbox: '51,32,52,33' })).toHaveLength(1)
    expect(await everything({ q: '1-1-3-7-0-0-0', bbox: '51.5,32,52,33' })).toHaveLength(0)
  })
  test('a cursor of another search is refused', async () => {
    const { nextCursor } = await list({ q: '1', limit: '5' })
    const { status, body } = await opened.ask(`/api/parcels?q=2&limit=5&cursor=${nextCursor}`)
    expect([status, body.code]).toEqual([400, 'bad-cursor'])
  })
  test.each([
    ['limit=0', 'bad-limit'], ['limit=501', 'bad-limit'], ['limit=x', 'bad-limit'], ['limit=1.5', 'bad-limit'], ['bbox=1,2,3', 'bad-bbox'], ['bbox=a,b,c,d', 'bad-bbox'],
    ['bbox=', 'bad-bbox'], ['bbox=52,33,51,32', 'bad-bbox'], ['cursor=nonsense', 'bad-cursor'], ['cursor=WzEsMCxbIngiLDFdLCJ4Il0', 'bad-cursor'], ['cursor=', 'bad-cursor'],
    [`q=${'x'.repeat(201)}`, 'bad-query'], ['q=%00', 'bad-query'], ['q=1&q=2', 'bad-query'],
  ])('%s is refused with a sentence in both languages', async (query, code) => {
    const { status, body } = await opened.ask(`/api/parcels?${query}`)
    expect([status, body.code]).toEqual([400, code])
    expect(body.detail.length).toBeGreaterThan(10)
    expect(body.detailFa).toMatch(/[آ-ی]/)
  }) // prettier-ignore
})

describe('one parcel', () => {
  test('everything the sheet says', async () => {
    const { status, body } = await opened.ask('/api/parcels/1-1-3-7-0-0-0')
    expect(status).toBe(200)
    expect(body.properties).toMatchObject({
      houseNumber: '7',
      registration: { section: '9', main: 1, sub: 106 },
      areas: { deedM2: null, surveyedM2: null, computedM2: 200 },
      parents: [{ code: '1-1-900-1-0-0-0', kind: 'split', happenedOn: '2025-03-21' }],
      municipality: { slug: 'grid', isSynthetic: true, srid: 32639 },
    })
    expect(body.properties.sides).toEqual([
      {
        ordinal: 1,
        direction: 'north',
        lengthM: 10,
        facing: { kind: 'street', name: 'کوچهٔ نرگس 0', nameEn: 'Alley 2', widthM: 10 },
      },
      { ordinal: 2, direction: 'east', lengthM: 20, facing: { kind: 'parcel', code: '1-1-3-8-0-0-0', houseNumber: '8' } },
      { ordinal: 3, direction: 'south', lengthM: 10, facing: { kind: 'open' } },
      { ordinal: 4, direction: 'west', lengthM: 20, facing: { kind: 'parcel', code: '1-1-3-6-0-0-0', houseNumber: '6' } },
    ])
    expect(JSON.stringify(body)).not.toMatch(/owner|party|share_/i)
  })
  test('in the other reading order, with Persian digits, in the address of a page', async () => {
    for (const code of ['0-0-0-7-3-1-1', '۱-۱-۳-۷-۰-۰-۰', '1/1/3/7/0/0/0', '123a-436']) {
      expect((await opened.ask(`/api/parcels/${encodeURIComponent(code)}`)).status).toBe(200)
    }
  })
  test('a retired one keeps its sheet, with its children', async () => {
    const { body } = await opened.ask('/api/parcels/1-1-900-1-0-0-0')
    expect(body.properties).toMatchObject({ status: 'retired', validTo: '2025-03-21' })
    expect(body.properties.children.map((child: { code: string }) => child.code)).toEqual(['1-1-3-7-0-0-0', '1-1-3-8-0-0-0'])
  })
  test('overlaps that came with the data are told on both parcels', async () => {
    await database.ownerPool.query(
      `insert into land.findings (municipality_id, kind, parcel_id, other_parcel_id, area_m2, source) values (${municipality}, 'overlap', 107, 108, 1.234, 'test')`,
    )
    for (const [code, other] of [['1-1-3-7-0-0-0', '1-1-3-8-0-0-0'], ['1-1-3-8-0-0-0', '1-1-3-7-0-0-0']]) {
      const { body } = await opened.ask(`/api/parcels/${code}`)
      expect(body.properties.findings).toMatchObject([{ kind: 'overlap', otherCode: other, areaM2: 1.23 }])
    } // prettier-ignore
  })
  test('its plan, in metres', async () => {
    const { body } = await opened.ask('/api/parcels/1-1-3-7-0-0-0/plan')
    expect(body.srid).toBe(32639)
    expect(body.corners).toHaveLength(4)
    expect(body.neighbours.map((neighbour: { code: string }) => neighbour.code)).toContain('1-1-3-8-0-0-0')
    expect(body.streets.map((street: { name: string }) => street.name)).toContain('کوچهٔ نرگس 0')
  })
  test.each(['9-9-9-9-0-0-0', 'nonsense', '%00', '%F0%9F%8F%A0', "'; drop table land.parcels; --", '..%2f..%2fetc'])(
    'unknown: %s',
    async (code) => {
      for (const path of ['', '/plan', '/themes'])
        expect([400, 404]).toContain((await opened.ask(`/api/parcels/${code}${path}`)).status)
    },
  )
  test('under a point', async () => {
    expect((await opened.ask('/api/parcels/at?lon=51.01192&lat=32.0864')).body.properties.code).toBe('1-1-3-7-0-0-0')
    expect((await opened.ask('/api/parcels/at?lon=50&lat=32')).status).toBe(404)
    for (const query of ['', 'lon=51', 'lon=51&lat=x', 'lon=200&lat=32'])
      expect((await opened.ask(`/api/parcels/at?${query}`)).status).toBe(400)
  })
})

describe('selection', () => {
  const box = (west: number, south: number, east: number, north: number) => ({
    type: 'Polygon', coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
  }) // prettier-ignore
  const select = (body: unknown) => opened.ask('/api/parcels/select', body)

  test('by polygon: the same parcels as brute force, parts that sum to the total', async () => {
    const ring = [[51.001, 32.0861], [51.02, 32.0864], [51.013, 32.0875], [51.006, 32.0866], [51.0012, 32.0872], [51.001, 32.0861]] // prettier-ignore
    const { status, body } = await select({ type: 'Polygon', coordinates: [ring] })
    expect(status).toBe(200)
    const { rows } = await database.pool.query(
      `select array_agg(parcel_id::int order by parcel_id) as ids from land.parcels,
         ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON($1), 4326), 32639) shape
       where status = 'current' and ST_Area(ST_Intersection(geom, shape)) > 0.01`,
      [JSON.stringify({ type: 'Polygon', coordinates: [ring] })],
    )
    expect(body.ids).toEqual(rows[0].ids)
    expect(body.summary.count).toBe(body.ids.length)
    expect(body.truncated).toBe(false)
    const { byLandUse, areaM2, count } = body.summary
    expect(byLandUse.reduce((sum: number, part: any) => sum + part.count, 0)).toBe(count)
    expect(Math.round(byLandUse.reduce((sum: number, part: any) => sum + part.areaM2, 0) * 100)).toBe(Math.round(areaM2 * 100))
  })
  test('a shared boundary alone selects nothing', async () => {
    const { rows } = await database.pool.query(
      `select ST_AsGeoJSON(ST_Transform(geom, 4326), 15)::json as shape from land.parcels where code = '1-1-3-7-0-0-0'`,
    )
    expect((await select({ type: 'Polygon', coordinates: rows[0].shape.coordinates[0] })).body.ids).toEqual([107])
  })
  test('with a hole, in parts, around nothing', async () => {
    const ring = box(51.0119, 32.0863, 51.013, 32.0864).coordinates[0]
    const hole = box(51.0121, 32.08632, 51.0122, 32.08638).coordinates[0]
    const whole = (await select({ type: 'Polygon', coordinates: [ring] })).body.summary.count
    expect((await select({ type: 'Polygon', coordinates: [ring, hole!.toReversed()] })).body.summary.count).toBe(whole)
    expect((await select({ type: 'MultiPolygon', coordinates: [[ring]] })).body.summary.count).toBe(whole)
    expect((await select(box(40, 30, 40.1, 30.1))).body).toMatchObject({
      ids: [],
      summary: { count: 0, areaM2: 0, byLandUse: [] },
    })
  })
  test('by distance from a point', async () => {
    const { body } = await select({ point: [51.01192, 32.0864], radiusM: 12 })
    expect(body.ids).toEqual([106, 107, 108])
  })
  test('along a street: measured from its right of way', async () => {
    const { rows } = await database.pool.query(`select street_id from land.streets where name_en = 'Alley 2'`)
    const { body } = await select({ streetId: rows[0].street_id, distanceM: 1 })
    expect(body.ids).toEqual(Array.from({ length: 50 }, (_, i) => 101 + i))
    expect((await select({ streetId: 999_999, distanceM: 1 })).body.code).toBe('place-not-found')
  })
  test.each([
    ['crossing itself', { type: 'Polygon', coordinates: [[[51, 32], [51.1, 32.1], [51.1, 32], [51, 32.1], [51, 32]]] }, /crosses itself near 32\.05/],
    ['open', { type: 'Polygon', coordinates: [[[51, 32], [51.1, 32.1], [51.1, 32], [51, 32.1]]] }, /closed/],
    ['a point', { type: 'Point', coordinates: [51, 32] }, /Polygon/], ['nothing', {}, /Polygon/], ['a list', [], /Polygon/],
    ['a negative radius', { point: [51, 32], radiusM: -1 }, /radiusM/], ['half the earth', { point: [51, 32], radiusM: 1e7 }, /radiusM/],
    ['a point of text', { point: ['51', 32], radiusM: 5 }, /point/], ['a street of text', { streetId: 'x', distanceM: 5 }, /streetId/],
  ])('%s is refused with a sentence', async (_name, body, sentence) => {
    const answer = await select(body)
    expect([answer.status, answer.body.code]).toEqual([400, 'bad-geometry'])
    expect(answer.body.detail).toMatch(sentence)
    expect(answer.body.detailFa).toMatch(/[آ-ی]/)
  }) // prettier-ignore

  test('rows keep the order asked for', async () => {
    const { body } = await opened.ask('/api/parcels/rows', { ids: [108, 106, 999_999, 107] })
    expect(body.items.map((item: { id: number }) => item.id)).toEqual([108, 106, 107])
    expect((await opened.ask('/api/parcels/rows', { ids: Array(501).fill(1) })).status).toBe(400)
    expect((await opened.ask('/api/parcels/rows', { ids: ['x'] })).status).toBe(400)
  })
})

describe('measuring', () => {
  test('is planar in the authoritative CRS, not in web Mercator', async () => {
    const { rows } = await database.pool.query(
      `select ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_MakeEnvelope(500000, 3550000, 500100, 3550200), 32639), 4326), 12)::json as shape`,
    )
    expect((await opened.ask('/api/measure', rows[0].shape)).body).toEqual({ lengthM: 600, areaM2: 20000, srid: 32639 })
    const line = { type: 'LineString', coordinates: rows[0].shape.coordinates[0].slice(0, 2) }
    expect((await opened.ask('/api/measure', line)).body).toEqual({ lengthM: 200, areaM2: null, srid: 32639 })
  })
  test('nonsense is refused', async () => {
    for (const body of [{}, { type: 'LineString', coordinates: [] }, { type: 'LineString', coordinates: [[51, 32]] }, { type: 'Polygon', coordinates: [[[51, 32], [51.1, 32.1], [51.1, 32], [51, 32.1], [51, 32]]] }]) {
      expect((await opened.ask('/api/measure', body)).body.code).toBe('bad-geometry')
    } // prettier-ignore
  })
})

test('more selections than can wait are told to come back; the others are answered', async () => {
  const holder = await database.ownerPool.connect()
  await holder.query('begin; lock table land.parcels in access exclusive mode')
  const asked = Array.from({ length: 20 }, () => opened.ask('/api/parcels/select', { point: [51.001, 32.0863], radiusM: 20 }))
  const first = await Promise.race(asked)
  expect([first.status, first.body.code, first.headers['retry-after']]).toEqual([503, 'busy', '2'])
  await holder.query('rollback')
  holder.release()
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(18)
  expect(statuses.filter((status) => status === 503)).toHaveLength(2)
})
