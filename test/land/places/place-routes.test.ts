import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { openTestApp } from '../../http/open-app.ts'
import { layGrid } from '../lay-grid.ts'

let database: TestDatabase
let opened: Awaited<ReturnType<typeof openTestApp>>
const find = async (q: string, limit = 10) => {
  const { body } = await opened.ask(`/api/places?${new URLSearchParams({ q, limit: String(limit) })}`)
  return (body.items as { kind: string; nameFa: string; id: number }[]).map((place) => `${place.kind} ${place.nameFa}`)
}

beforeAll(async () => {
  database = await createTestDatabase()
  const id = await layGrid(database.ownerPool, 200)
  const at = (x: number, y: number) => `ST_SetSRID(ST_MakePoint(${500_000 + x}, ${3_550_000 + y}), 32639)`
  await database.ownerPool.query(`
    insert into land.facilities (municipality_id, kind, name_fa, name_en, land_use, geom) values
      (${id}, 'school', 'دبستان شهید باهنر', 'Bahonar School', null, ${at(10, 10)}), (${id}, 'park', 'پارک كوثر', 'Kowsar Park', null, ${at(30, 10)});
    insert into land.water_courses (municipality_id, kind, name_fa, geom) values (${id}, 'madi', 'مادی نیاصرم', ST_Multi(ST_Buffer(${at(0, 0)}, 5)));
    insert into land.plan_units (municipality_id, code, name_fa, plan, geom)
      select ${id}, 'R11', 'مسکونی کم‌تراکم', 'طرح ۱۴۰۱', ST_Multi(ST_Buffer(${at(0, 0)}, r)) from generate_series(10, 60, 10) r`)
  opened = await openTestApp(database)
})
afterAll(async () => {
  await opened.app.close()
  await database.drop()
})

test('a name is found however it is spelt', async () => {
  expect(await find('باهنر')).toEqual(['facility دبستان شهید باهنر'])
  expect(await find('دبستان شهيد باهنر')).toEqual(['facility دبستان شهید باهنر'])
  expect(await find('KOWSAR')).toEqual(['facility پارک كوثر'])
  expect(await find('کوثر')).toEqual(['facility پارک كوثر'])
  expect(await find('نیاصرم')).toEqual(['water مادی نیاصرم'])
  expect(await find('کم تراکم')).toEqual(['zone R11 · مسکونی کم‌تراکم'])
  expect(await find('کمتراکم')).toEqual(['zone R11 · مسکونی کم‌تراکم'])
})
test('a zone of many pieces is found once', async () => expect(await find('r11')).toEqual(['zone R11 · مسکونی کم‌تراکم']))
test('whole names come before longer ones, neighbourhoods before streets', async () => {
  const found = await find('ترمه')
  expect(found[0]).toBe('neighbourhood محلهٔ ترمه 0')
  expect(found[1]).toBe('street کوچهٔ ترمه 0')
  expect((await find('کوچه نرگس'))[0]).toBe('street کوچهٔ نرگس 0')
})
test('a misspelt name finds the one spelt alike', async () => expect(await find('نیاصرمم')).toEqual(['water مادی نیاصرم']))
test('a code is no name of a place', async () => {
  for (const q of ['1-1-1', '۱-۱-۱۱', '11/1']) expect(await find(q)).toEqual([])
  expect(await find('11')).toEqual(['zone R11 · مسکونی کم‌تراکم'])
})
test('at most the limit', async () => expect(await find('alley', 3)).toHaveLength(3))
test('nothing for nothing', async () => {
  for (const q of ['؟', '%', '_', "'", '\\', 'ناپیدایی']) expect(await find(q)).toEqual([])
  for (const query of ['', '?q=', '?q=a&limit=0', '?q=a&limit=51', '?q=%00'])
    expect((await opened.ask(`/api/places${query}`)).status).toBe(400)
})
test('one place, with its shape', async () => {
  const { body } = await opened.ask('/api/places/street/1')
  expect(body).toMatchObject({
    type: 'Feature',
    id: 1,
    properties: { kind: 'street', detailFa: 'گذر ۱۰ متری', detailEn: '10 m wide' },
  })
  expect(body.geometry.type).toBe('LineString')
  for (const kind of ['neighbourhood', 'facility', 'water', 'zone'])
    expect((await opened.ask(`/api/places/${kind}/1`)).status).toBe(200)
  expect((await opened.ask('/api/places/street/999')).body.code).toBe('place-not-found')
  for (const path of ['river/1', 'street/x', 'street/-1', 'street/1e99'])
    expect((await opened.ask(`/api/places/${path}`)).status).toBe(400)
})
test('the municipality', async () => {
  const { body } = await opened.ask('/api/municipality')
  expect(body).toMatchObject({
    slug: 'grid', srid: 32639, isSynthetic: true, calendar: 'jalali',
    counts: { parcels: 200, buildings: 0, streets: 4, neighbourhoods: 1, zones: 6, facilities: 2 },
  }) // prettier-ignore
  const [west, south, east, north] = body.bbox
  expect(west < body.center[0] && body.center[0] < east && south < body.center[1] && body.center[1] < north).toBe(true)
})
