import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase } from '../../database.ts'
import { openPlots, rectangle } from './lay-plots.ts'

let town: Awaited<ReturnType<typeof openPlots>>
beforeAll(async () => {
  town = await openPlots(await createTestDatabase(), [
    { code: '1-1-1-1-0-0-0', rings: [rectangle(100, 100, 120, 130)], density: 1 },
    { code: '1-1-1-2-0-0-0', rings: [rectangle(120, 100, 150, 130)], density: 3 },
    { code: 'SHOP', rings: [rectangle(150, 100, 160, 130)], landUse: 'COM' },
    { code: 'CORNER', rings: [rectangle(160, 130, 170, 140)], landUse: 'COM' },
    { code: 'APART', rings: [rectangle(200, 100, 210, 110)], landUse: 'COM' },
    { code: 'OTHER', rings: [rectangle(160, 100, 170, 120)], block: 2, landUse: 'COM' },
    // A survey with gaps of centimetres, and corners on the other's edges.
    { code: 'G1', rings: [rectangle(300, 100, 320, 140)] },
    { code: 'G2', rings: [[[320.02, 100], [340, 100], [340, 121], [320.03, 121], [320.02, 100]]] },
    { code: 'G3', rings: [[[320.01, 121.03], [340, 121.02], [340, 140], [320, 140], [320.01, 121.03]]] },
    // A ring of four round a courtyard.
    { code: 'R1', rings: [rectangle(400, 100, 430, 110)] },
    { code: 'R2', rings: [rectangle(400, 120, 430, 130)] },
    { code: 'R3', rings: [rectangle(400, 110, 410, 120)] },
    { code: 'R4', rings: [rectangle(420, 110, 430, 120)] },
  ]) // prettier-ignore
  await town.ownerPool.query(
    `insert into land.buildings (municipality_id, parcel_id, number, geom)
     select municipality_id, parcel_id, 1, ST_Multi(ST_Buffer(ST_Centroid(geom), 2)) from land.parcels where code like '1-1-1-%'`,
  )
})
afterAll(() => town.close())

test.each([
  [['SHOP', 'SHOP'], 422, /given twice/],
  [['SHOP', 'CORNER'], 422, /CORNER shares no border|a corner is not enough/],
  [['SHOP', 'APART'], 422, /APART shares no border/],
  [['SHOP', 'OTHER'], 422, /OTHER is not in the same block as SHOP|SHOP is not in the same block as OTHER/],
  [['1-1-1-2-0-0-0', 'SHOP'], 422, /land uses differ \(RES, COM\)/],
  [['SHOP', 'NOWHERE'], 404, /NOWHERE/],
  [['SHOP'], 400, /2 to 50/],
])('%j is refused, with the reason', async (codes, status, words) => {
  const { body } = await town.merge(codes)
  expect(body.detail).toMatch(words)
  expect(body.status).toBe(status)
  expect(body.detailFa).toMatch(/[آ-ی]/)
}) // prettier-ignore

test('a merge is one parcel with a new code, and the address of the largest', async () => {
  const { status, body } = await town.merge(['1-1-1-1-0-0-0', '1-1-1-2-0-0-0'])
  expect(status).toBe(200)
  expect(body.parcel.properties).toMatchObject({
    code: '1-1-1-3-0-0-0', landUse: 'RES', residentialDensity: 3, areaM2: 1500, block: 1, postalCode: '8471100001', address: 'خیابان بلخ، پلاک ۷',
    registration: null, areas: { deedM2: null, surveyedM2: null },
    parents: [{ code: '1-1-1-1-0-0-0', kind: 'merge' }, { code: '1-1-1-2-0-0-0', kind: 'merge' }],
  }) // prettier-ignore
  const { rows } = await town.ownerPool.query(
    `select array_agg(number order by number) as numbers from land.buildings join land.parcels using (parcel_id) where code = '1-1-1-3-0-0-0'`,
  )
  expect(rows[0].numbers).toEqual([1, 2])
  const old = await town.ask('/api/parcels/1-1-1-2-0-0-0')
  expect(old.body.properties).toMatchObject({ status: 'retired', children: [{ code: '1-1-1-3-0-0-0', kind: 'merge' }] })
})
test('of different uses, when the new use is said', async () => {
  const { body } = await town.merge(['1-1-1-3-0-0-0', 'SHOP'], 'COM')
  expect(body.parcel.properties).toMatchObject({ code: '1-1-1-4-0-0-0', landUse: 'COM', residentialDensity: null })
})
test('gaps of the survey are closed, and leave neither slits nor holes', async () => {
  const { status, body } = await town.merge(['G1', 'G2', 'G3'])
  expect(status).toBe(200)
  expect(body.parcel.geometry.type).toBe('Polygon')
  expect(body.parcel.geometry.coordinates).toHaveLength(1)
  expect(body.parcel.properties.areaM2).toBeGreaterThan(1599)
  const { rows } = await town.ownerPool.query(
    `select ST_IsValid(geom) as valid, ST_Perimeter(geom) as length_m from land.parcels where code = $1`,
    [body.parcel.properties.code],
  )
  expect(rows[0].valid).toBe(true)
  expect(rows[0].length_m).toBeLessThan(160.2) // a slit would be counted twice
})
test('a courtyard that they enclose stays a courtyard', async () => {
  const { body } = await town.merge(['R1', 'R3', 'R4', 'R2'])
  expect(body.parcel.geometry.coordinates).toHaveLength(2)
  expect(body.parcel.properties.areaM2).toBe(800)
})
