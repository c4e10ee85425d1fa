import { afterAll, beforeAll, expect, test } from 'vitest'
import { CATALOGUE, type TileSet } from '../../tiles/catalogue.ts'
import { decodeTile } from './decode-tile.ts'
import { HAMLET, openHamlet, openTileApp } from './open-tile-app.ts'

/** All that may ever stand in a tile. Adding a name here is a decision about privacy, not a formality. */
const ALLOWED: Record<string, string[]> = {
  districts: ['name_fa', 'name_en'],
  neighbourhoods: ['name_fa', 'name_en'],
  blocks: ['land_use', 'density'],
  zones: ['code', 'name_fa', 'name_en'],
  streets: ['class', 'width_m', 'street_id'],
  parcels: ['land_use', 'density'],
  buildings: ['storeys', 'height_m', 'land_use'],
  facilities: ['kind', 'land_use', 'name_fa', 'name_en'],
  water: ['kind', 'name_fa', 'name_en'],
  street_lines: ['planned_width_m', 'segment_id'],
  buffers: ['theme', 'effect', 'width_m', 'name_fa', 'name_en'],
  findings: ['kind', 'parcel_id', 'other_parcel_id', 'area_m2'],
  neighbourhood_labels: ['name_fa', 'name_en'],
  street_labels: ['class', 'width_m', 'name_fa', 'name_en'],
  water_labels: ['kind', 'name_fa', 'name_en'],
  parcel_labels: ['house_number'],
}

/** The catalogue with one layer that only staff may see. */
const WITH_STAFF_LAYER: TileSet[] = [
  {
    ...CATALOGUE[0]!,
    layers: [
      ...CATALOGUE[0]!.layers,
      {
        id: 'casework',
        description: 'For staff only',
        audience: 'staff',
        fields: { kind: 'String' },
        queries: [{ file: 'findings', minzoom: 8, maxzoom: 16 }],
      },
    ],
  },
]

let hamlet: Awaited<ReturnType<typeof openHamlet>>
beforeAll(async () => {
  hamlet = await openHamlet({
    catalogue: WITH_STAFF_LAYER,
    audienceOf: (request) => (request.headers.authorization === 'staff' ? 'staff' : 'public'),
  })
})
afterAll(() => hamlet?.close())

test('no tile of any set and zoom holds an attribute that is not allowed, and the catalogue tells no other', async () => {
  const whole = await openTileApp({ pool: hamlet.database.pool })
  const seen = new Map<string, Set<string>>()
  for (const set of CATALOGUE) {
    for (const address of Object.values(HAMLET)) {
      const answer = await whole.inject({ url: `/tiles/${set.id}/${address}.mvt` })
      for (const [layer, features] of decodeTile(answer.rawPayload)) {
        const names = seen.get(layer) ?? new Set()
        for (const feature of features) for (const name of Object.keys(feature.properties)) names.add(name)
        seen.set(layer, names)
      }
    }
    for (const layer of set.layers) expect(Object.keys(layer.fields).sort(), layer.id).toEqual(ALLOWED[layer.id]!.toSorted())
  }
  for (const [layer, names] of seen)
    expect(
      [...names].filter((name) => !ALLOWED[layer]!.includes(name)),
      layer,
    ).toEqual([])
  expect(seen.size).toBe(Object.keys(ALLOWED).length) // every layer was met with something in it
  await whole.close()
})

test('what a person owns or where he can be written to is in no tile', async () => {
  for (const set of CATALOGUE) {
    for (const address of Object.values(HAMLET)) {
      const { rawPayload } = await hamlet.app.inject({
        url: `/tiles/${set.id}/${address}.mvt`,
        headers: { authorization: 'staff' },
      })
      for (const secret of ['OWNER-OF-NOTHING', '9990000001', '8818812345', 'property-1']) {
        expect(rawPayload.includes(secret), `${secret} in ${set.id}/${address}`).toBe(false)
      }
    }
  }
})

test('a layer for staff is in no public tile and in no public description, even while staff ask for the same tile', async () => {
  const url = `/tiles/land/${HAMLET[15]}.mvt`
  const ask = (authorization: string) => hamlet.app.inject({ url, headers: { authorization } })
  const answers = await Promise.all(['staff', 'public', 'staff', 'public', 'public', 'staff'].map(ask))
  for (const [index, answer] of answers.entries()) {
    const isStaff = [0, 2, 5].includes(index)
    expect(decodeTile(answer.rawPayload).has('casework')).toBe(isStaff)
    expect(answer.headers['cache-control']).toMatch(isStaff ? /^private/ : /^public/)
  }
  expect(answers[0]!.headers.etag).not.toBe(answers[1]!.headers.etag)

  const layersOf = async (authorization: string) =>
    (await hamlet.app.inject({ url: '/tiles/land.json', headers: { authorization } }))
      .json<{ vector_layers: { id: string }[] }>()
      .vector_layers.map(({ id }) => id)
  expect(await layersOf('staff')).toContain('casework')
  expect(await layersOf('public')).not.toContain('casework')
})

test("staff's tag is of no use to the public", async () => {
  const url = '/tiles/land/15/1/1.mvt' // the same, empty bytes for both
  const staff = await hamlet.app.inject({ url, headers: { authorization: 'staff' } })
  const answer = await hamlet.app.inject({ url, headers: { 'if-none-match': staff.headers.etag as string } })
  expect(answer.statusCode).toBe(204)
})
