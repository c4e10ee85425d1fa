import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../database.ts'
import { openPlots, rectangle } from './lay-plots.ts'

let town: Awaited<ReturnType<typeof openPlots>>
beforeAll(async () => {
  town = await openPlots(await createTestDatabase(), [
    { code: '1-1-1-1-0-0-0', rings: [rectangle(100, 100, 140, 130)], density: 2 },
    { code: '1-1-1-9-0-0-0', rings: [rectangle(140, 100, 180, 130)] },
    { code: 'A12', rings: [rectangle(300, 100, 340, 130)] },
    { code: 'WHOLE', rings: [rectangle(300, 300, 340, 330)] },
    { code: 'YARD', rings: [rectangle(400, 300, 440, 330), rectangle(415, 310, 425, 320)] },
    // a comb with three teeth
    { code: 'COMB', rings: [[[600, 100], [650, 100], [650, 140], [640, 140], [640, 110], [630, 110], [630, 140], [620, 140], [620, 110], [610, 110], [610, 140], [600, 140], [600, 100]]] },
  ]) // prettier-ignore
  const { ownerPool, municipalityId } = town
  const at = (west: number, south: number, east: number, north: number) =>
    `ST_MakeEnvelope(500000 + ${west}, 3580000 + ${south}, 500000 + ${east}, 3580000 + ${north}, 32639)`
  const parcel = `(select parcel_id from land.parcels where code = '1-1-1-1-0-0-0')`
  await ownerPool.query(
    `insert into land.buildings (municipality_id, parcel_id, number, geom)
     select ${municipalityId}, ${parcel}, n, ST_Multi(geom) from (values (1, ${at(105, 105, 115, 125)}), (2, ${at(118, 105, 130, 125)})) b (n, geom)`,
  )
  await ownerPool.query(
    `insert into land.facilities (municipality_id, parcel_id, kind, geom) values (${municipalityId}, ${parcel}, 'clinic', ST_Centroid(${at(104, 104, 106, 106)}))`,
  )
  await ownerPool.query(
    `with p as (insert into land.properties (municipality_id, code) values (${municipalityId}, 'P1') returning property_id)
     insert into land.property_parcels select property_id, ${parcel} from p`,
  )
  // An overlap that came with the data.
  await ownerPool.query(`begin; set local barzan.bulk = 'on';
    insert into land.parcels (municipality_id, code, block_id, land_use, geom)
      select municipality_id, 'OVER', block_id, 'COM', ST_Multi(${at(90, 100, 101, 110)}) from land.parcels where code = 'A12';
    insert into land.findings (municipality_id, kind, parcel_id, other_parcel_id, area_m2, geom, source, found_at)
      select a.municipality_id, 'overlap', a.parcel_id, b.parcel_id, 10, ST_Multi(${at(100, 100, 101, 110)}), 'import', '2020-01-01'
      from land.parcels a, land.parcels b where a.code = '1-1-1-1-0-0-0' and b.code = 'OVER';
    commit`)
})
afterAll(() => town.close())

describe('a split', () => {
  let answer: Awaited<ReturnType<typeof town.split>>
  beforeAll(async () => {
    answer = await town.split('۱-۱-۱-۱-۰-۰-۰', await town.line([120, 95], [120, 135]))
  })

  test('makes parcels with the next free numbers of the block, from the north-west', () => {
    expect(answer.status).toBe(200)
    expect(answer.body.parcels.map((p: any) => [p.properties.code, Math.round(p.properties.areaM2)])).toEqual([
      ['1-1-1-10-0-0-0', 600],
      ['1-1-1-11-0-0-0', 600],
    ])
    for (const { properties } of answer.body.parcels) {
      expect(properties).toMatchObject({
        landUse: 'RES', residentialDensity: 2, status: 'current', block: 1, address: 'خیابان بلخ، پلاک ۷', houseNumber: '7',
        registration: null, areas: { deedM2: null }, recordedBy: 'administrator', children: [],
        parents: [{ code: '1-1-1-1-0-0-0', kind: 'split', happenedOn: properties.validFrom }],
      }) // prettier-ignore
    }
  })
  test('tells the tiles of both', () => {
    expect(answer.body.tiles.filter(([z]: number[]) => z === 16).length).toBeGreaterThan(0)
    expect(town.app.map.feed.knows(answer.body.version)).toBe(true)
  })
  test('retires the old one, which names its children for ever', async () => {
    const { body } = await town.ask('/api/parcels/1-1-1-1-0-0-0')
    expect(body.properties).toMatchObject({
      status: 'retired',
      recordedBy: 'system',
      validTo: answer.body.parcels[0].properties.validFrom,
      buildings: [],
      findings: [],
    })
    expect(body.properties.children.map((c: any) => [c.code, c.kind])).toEqual([['1-1-1-10-0-0-0', 'split'], ['1-1-1-11-0-0-0', 'split']]) // prettier-ignore
  })
  test('covers exactly the old ground, with the same points on the common border', async () => {
    const { rows } = await town.ownerPool.query(
      `select ST_Equals(p.geom, ST_Union(a.geom, b.geom)) as covers, abs(p.computed_area_m2 - a.computed_area_m2 - b.computed_area_m2) / p.computed_area_m2 as off,
         ST_Area(ST_Intersection(a.geom, b.geom)) as common, ST_Relate(a.geom, b.geom) as relation
       from land.parcels p, land.parcels a, land.parcels b where p.code = '1-1-1-1-0-0-0' and a.code = '1-1-1-10-0-0-0' and b.code = '1-1-1-11-0-0-0'`,
    )
    expect(rows[0]).toMatchObject({ covers: true, common: 0, relation: 'FF2F11212' })
    expect(rows[0].off).toBeLessThan(1e-9)
    const [west, east] = [await town.ringsOf('1-1-1-10-0-0-0'), await town.ringsOf('1-1-1-11-0-0-0')].map((rings) =>
      rings[0]![0]!.map(String),
    )
    expect(west!.filter((at) => east!.includes(at)).length).toBeGreaterThanOrEqual(2)
  })
  test('passes on buildings, facilities, postal code, properties', async () => {
    const { rows } = await town.ownerPool.query(
      `select p.code, p.postal_code, array(select number from land.buildings b where b.parcel_id = p.parcel_id) as buildings,
         (select count(*)::int from land.facilities f where f.parcel_id = p.parcel_id) as facilities,
         (select count(*)::int from land.property_parcels o where o.parcel_id = p.parcel_id) as properties
       from land.parcels p where code like '1-1-1-1%' order by length(code), code`,
    )
    expect(rows).toEqual([
      { code: '1-1-1-1-0-0-0', postal_code: '8471100001', buildings: [], facilities: 0, properties: 0 },
      { code: '1-1-1-10-0-0-0', postal_code: '8471100001', buildings: [1], facilities: 1, properties: 1 },
      { code: '1-1-1-11-0-0-0', postal_code: null, buildings: [2], facilities: 0, properties: 1 },
    ])
  })
  test('properties are passed on along lineage, and nothing else the application asks for', async () => {
    const list = () => town.ownerPool.query('select property_id, parcel_id from land.property_parcels order by 1, 2')
    const before = await list()
    await town.database.pool.query('select land.pass_on_properties(array(select parcel_id from land.parcels))')
    expect((await list()).rows).toEqual(before.rows)
  })
  test('moves a known overlap to the child that has it, as old as it was', async () => {
    const { rows } = await town.ownerPool.query(
      `select p.code, f.area_m2, f.found_at, f.resolved_at is null as open from land.findings f
       join land.parcels o on o.code = 'OVER' join land.parcels p on p.parcel_id = f.parcel_id + f.other_parcel_id - o.parcel_id order by finding_id`,
    )
    expect(rows).toMatchObject([
      { code: '1-1-1-1-0-0-0', open: false },
      { code: '1-1-1-10-0-0-0', open: true },
    ])
    expect(rows[1].area_m2).toBeCloseTo(10, 6)
    expect(rows[1].found_at).toEqual(rows[0].found_at)
  })
  test('cannot be made again: the answer names what is there now', async () => {
    for (const again of [
      await town.split('1-1-1-1-0-0-0', await town.line([110, 95], [110, 135])),
      await town.patch('1-1-1-1-0-0-0', { landUse: 'COM' }),
      await town.merge(['1-1-1-1-0-0-0', '1-1-1-9-0-0-0']),
    ]) {
      expect(again.body).toMatchObject({
        status: 409,
        reasons: [{ at: '1-1-1-1-0-0-0', en: expect.stringMatching(/now 1-1-1-10-0-0-0, 1-1-1-11-0-0-0/) }],
      })
    }
  })
  test('may be undone by a merge, which is a new parcel', async () => {
    const { status, body } = await town.merge(['1-1-1-10-0-0-0', '1-1-1-11-0-0-0'])
    expect(status).toBe(200)
    expect(body.parcel.properties).toMatchObject({ code: '1-1-1-12-0-0-0', postalCode: '8471100001' })
    const { rows } = await town.ownerPool.query(
      `select ST_Equals(a.geom, b.geom) as is_same, (select count(*)::int from land.property_parcels o where o.parcel_id = b.parcel_id) as properties,
        (select count(*)::int from land.findings f where b.parcel_id in (f.parcel_id, f.other_parcel_id) and f.resolved_at is null) as findings
       from land.parcels a, land.parcels b where a.code = '1-1-1-1-0-0-0' and b.code = '1-1-1-12-0-0-0'`,
    )
    expect(rows).toEqual([{ is_same: true, properties: 1, findings: 1 }])
    expect(body.parcel.properties.buildings).toHaveLength(2)
  })
})

describe('a line', () => {
  test.each([
    ['that ends inside', [[320, 290], [320, 320]], /ends inside the parcel, at 32\.\d+/],
    ['that stays outside', [[290, 290], [350, 290]], /does not meet/],
    ['along the boundary', [[290, 300.01], [350, 300.02]], /does not cut/],
    ['that only touches a corner', [[290, 340], [310, 320.01]], /ends inside/],
    ['that crosses itself', [[310, 290], [310, 340], [330, 340], [330, 310], [305, 310], [305, 290]], /crosses itself/],
    ['that cuts off a sliver', [[290, 300.3], [350, 300.3]], /piece of 12\.\d+ m² near .* narrower than 50 cm/],
    ['that cuts off a corner of less than a metre', [[299, 301.2], [301.2, 299]], /piece of 0\.\d+ m²/],
    ['far away', [[320, 290], [320, 30_000]], /too far/],
  ])('%s is refused, with the reason', async (_, positions, words) => {
    const { status, body } = await town.split('WHOLE', await town.line(...positions))
    expect(body.detail).toMatch(words)
    expect(status).toBe(422)
  }) // prettier-ignore
  test('leaves everything as it was when it is refused', async () => {
    const { rows } = await town.ownerPool.query(`select code, status from land.parcels where code like 'WHOLE%'`)
    expect(rows).toEqual([{ code: 'WHOLE', status: 'current' }])
  })
  test('that nearly meets corners goes through them: no slivers, no crumbs', async () => {
    const { body } = await town.split('WHOLE', await town.line([300.02, 299.98], [339.97, 330.02]))
    expect(body.parcels.map((p: any) => p.properties.code)).toEqual(['WHOLE.1', 'WHOLE.2'])
    expect((await town.ringsOf('WHOLE.1'))[0]![0]).toHaveLength(4)
    expect((await town.ringsOf('WHOLE.2'))[0]![0]).toHaveLength(4)
  })
  test('whose ends nearly meet the boundary cuts from edge to edge', async () => {
    const { body } = await town.split('A12', await town.line([320, 100.03], [318, 115], [320, 129.96]))
    expect(body.parcels.map((p: any) => p.properties.code)).toEqual(['A12.1', 'A12.2'])
    const again = await town.split('A12.1', await town.line([290, 115], [350, 115]))
    expect(again.body.parcels.map((p: any) => p.properties.code)).toEqual(['A12.3', 'A12.4'])
  })
  test('across a courtyard makes two', async () => {
    const { body } = await town.split('YARD', await town.line([420, 290], [420, 340]))
    expect(body.parcels.map((p: any) => Math.round(p.properties.areaM2))).toEqual([550, 550])
  })
  test('that cuts several times makes as many as it cuts off', async () => {
    const { body } = await town.split('COMB', await town.line([590, 125], [660, 125]))
    expect(body.parcels).toHaveLength(4)
    const { rows } = await town.ownerPool.query(
      `select sum(computed_area_m2) as area_m2, count(*)::int as n from land.parcels where code like 'COMB.%'`,
    )
    expect(rows[0].n).toBe(4)
    expect(rows[0].area_m2).toBeCloseTo(1400, 6)
  })
  test('of 10,000 corners is taken', async () => {
    const zigzag = Array.from({ length: 10_000 }, (_, i) => [141 + (i % 2) * 0.4 + 10, 99 + i * 0.0034])
    const { status } = await town.split('1-1-1-9-0-0-0', await town.line(...zigzag))
    expect(status).toBeLessThan(500)
  })
})
