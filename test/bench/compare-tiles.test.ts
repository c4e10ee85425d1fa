import { describe, expect, test } from 'vitest'
import { decodeTile, type DecodedFeature } from '../tiles/decode-tile.ts'
import { compareTiles } from './compare-tiles.ts'
import { encodeTile } from './encode-tile.ts'

const square = (id: number, at: number, properties: DecodedFeature['properties'] = { land_use: 'RES' }): DecodedFeature => ({
  id,
  type: 'Polygon',
  properties,
  rings: [ringOf([at, at], [at + 100, at], [at + 100, at + 100], [at, at + 100], [at, at])],
  extent: 4096,
})
const ringOf = (...corners: [number, number][]) => corners.map(([x, y]) => ({ x, y }))
const tileOf = (...features: DecodedFeature[]) => encodeTile(new Map([['parcels', features]]))
const [one, two] = [square(1, 0), square(2, 500)]

test('what is encoded here is what is decoded', () => {
  const line: DecodedFeature = { ...one, id: 3, type: 'LineString', rings: [ringOf([5, -3], [9, 20], [1, 1])] }
  const point: DecodedFeature = { ...one, id: 4, type: 'Point', properties: { a: 1.5, b: -2, c: true }, rings: [ringOf([7, 8])] }
  const layers = new Map([['parcels', [one, two, line, point]]])
  expect(decodeTile(encodeTile(layers))).toEqual(layers)
})

describe('the same is drawn', () => {
  test.each([
    ['in another order', tileOf(two, one)],
    ['with a corner one unit away', tileOf(one, { ...two, rings: [ringOf([501, 500], [600, 500], [600, 600], [500, 600], [501, 500])] })],
    ['with rings that begin elsewhere', tileOf(one, { ...two, rings: [ringOf([600, 500], [600, 600], [500, 600], [500, 500], [600, 500])] })],
    ['with a corner more on a straight edge', tileOf(one, { ...two, rings: [ringOf([500, 500], [550, 500], [600, 500], [600, 600], [500, 600], [500, 500])] })],
    ['with an empty layer more', encodeTile(new Map([['parcels', [one, two]], ['empty', []]]))],
  ])('%s', (_, tile) => expect(compareTiles(tileOf(one, two), tile)).toBeNull()) // prettier-ignore
})

describe('a difference is named', () => {
  test.each([
    ['a feature is missing', tileOf(one), 'parcels 2 features against 1 (such as id 2)'],
    ['an id is another', tileOf(one, { ...two, id: 3 }), 'parcels id 2 only on one side'],
    ['an attribute is another', tileOf(one, square(2, 500, { land_use: 'COM' })), 'parcels id 2: land_use is RES against COM'],
    ['an attribute is missing', tileOf(one, square(2, 500, {})), 'parcels id 2: land_use is RES against undefined'],
    ['a shape is two units away', tileOf(one, square(2, 502)), /^parcels id 2: shapes 2\.\d units apart$/],
    ['a corner is missing', tileOf(one, { ...two, rings: [ringOf([500, 500], [600, 500], [600, 600], [500, 500])] }), /shapes 70.7 units apart$/],
    ['a kind of shape is another', tileOf(one, { ...two, type: 'LineString' }), 'parcels id 2: Polygon against LineString'],
    ['a layer is missing', new Uint8Array(), 'layer parcels only in the first'],
    ['there is a layer more', encodeTile(new Map([['parcels', [one, two]], ['zones', [one]]])), 'layer zones only in the second'],
  ])('%s', (_, tile, difference) => expect(compareTiles(tileOf(one, two), tile)).toEqual(typeof difference === 'string' ? difference : expect.stringMatching(difference))) // prettier-ignore
})
