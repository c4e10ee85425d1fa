import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Problem } from '#src/kernel/problem.ts'
import { readCursor, writeCursor } from '#src/land/parcels/cursor.ts'
import { readBbox } from '#src/kernel/bbox.ts'
import { readMeasured, readPolygon } from '#src/land/parcels/read-geometry.ts'

test('a cursor comes back as it went, for the same search only', () => {
  const cursor = { stage: 2, after: ['1-3-27', 5, 81], of: 'abc' }
  expect(readCursor(writeCursor(cursor), 'abc')).toEqual(cursor)
  expect(() => readCursor(writeCursor(cursor), 'other')).toThrow(/another search/)
})

test('whatever is sent as a cursor is a cursor or a problem', () => {
  const made = fc.json().map((json) => Buffer.from(json).toString('base64url'))
  fc.assert(
    fc.property(fc.oneof(fc.string(), made), (text) => {
      try {
        readCursor(text, 'abc')
      } catch (error) {
        expect(error).toBeInstanceOf(Problem)
      }
    }),
  )
})

test.each([
  '',
  '1,2,3',
  '1,2,3,x',
  '1,2,3,4,5',
  'NaN,1,2,3',
  '200,0,201,1',
  '0,-91,1,0',
  '2,0,1,1',
  '0,2,1,1',
  '1,,2,3',
  '1e999,0,1,1',
])('bbox "%s" is refused with a sentence in both languages', (text) => {
  const error = catchProblem(() => readBbox(text))
  expect(error.code).toBe('bad-bbox')
  expect(error.reasons[0]!.fa).toMatch(/bbox/)
  expect(error.reasons[0]!.en).toMatch(/bbox/)
})

test('a good bbox is read, and ends where web Mercator does', () => {
  expect(readBbox('51.36, 32.38,51.38,32.40')).toEqual([51.36, 32.38, 51.38, 32.4])
  expect(readBbox('-180,-90,180,90')).toEqual([-180, -85.06, 180, 85.06])
})

const square = [[51.3, 32.3], [51.4, 32.3], [51.4, 32.4], [51.3, 32.3]] // prettier-ignore

test('polygons: what is accepted', () => {
  expect(readPolygon({ type: 'Polygon', coordinates: [square] })).toEqual({ type: 'Polygon', coordinates: [square] })
  expect(readPolygon({ type: 'Feature', properties: {}, geometry: { type: 'MultiPolygon', coordinates: [[square]] } }).type).toBe(
    'MultiPolygon',
  )
  expect(readMeasured({ type: 'LineString', coordinates: square }).type).toBe('LineString')
})

test.each([
  ['nothing', null, /GeoJSON/],
  ['a string', 'POLYGON((0 0))', /GeoJSON/],
  ['a point', { type: 'Point', coordinates: [51, 32] }, /Polygon/],
  ['no rings', { type: 'Polygon', coordinates: [] }, /coordinates|positions/],
  ['an open ring', { type: 'Polygon', coordinates: [square.slice(0, 3).concat([[51.31, 32.3]])] }, /closed/],
  ['three positions', { type: 'Polygon', coordinates: [[square[0], square[1], square[0]]] }, /four/],
  ['text for numbers', { type: 'Polygon', coordinates: [square.map((at) => at.map(String))] }, /degrees/],
  ['infinite numbers', { type: 'Polygon', coordinates: [[[Infinity, 0], ...square]] }, /degrees/],
  ['metres', { type: 'Polygon', coordinates: [square.map(([x, y]) => [x! * 1e4, y! * 1e4])] }, /degrees/],
  [
    'half the world',
    {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [90, 0],
          [90, 45],
          [0, 0],
        ],
      ],
    },
    /too large/,
  ],
  ['10,001 positions', { type: 'Polygon', coordinates: [[...Array(10_001).fill([51.3, 32.3])]] }, /10000/],
  ['nested too deep', { type: 'Polygon', coordinates: [[square]] }, /degrees/],
])('polygons: %s is refused with a sentence', (_name, value, sentence) => {
  const error = catchProblem(() => readPolygon(value))
  expect(error.code).toBe('bad-geometry')
  expect(error.message).toMatch(sentence)
  expect(error.reasons[0]!.fa).toMatch(/[آ-ی]/)
})

test('lines need two points', () => {
  expect(() => readMeasured({ type: 'LineString', coordinates: [[51, 32]] })).toThrow(/two points/)
})

function catchProblem(run: () => unknown): Problem {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('no problem')
}
