import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTileAddress } from '../../tiles/address.ts'

test('a tile of the city is read', () => {
  expect(readTileAddress('15', '21060', '13264')).toEqual({ z: 15, x: 21060, y: 13264 })
})

test.each([
  ['7', '0', '0'],
  ['17', '0', '0'],
  ['15', '32768', '0'],
  ['15', '0', '32768'],
  ['999999999', '0', '0'],
])('%s/%s/%s is outside', (z, x, y) => {
  expect(readTileAddress(z, x, y)).toMatchObject({ refusal: 'outside' })
})

test.each(['', '-1', '+1', '1.5', '1e3', '0x10', ' 1', '1 ', '۱۵', 'NaN', '1'.repeat(10), "1'--", '١'])(
  '%j is nonsense',
  (part) => {
    expect(readTileAddress('15', part, '1')).toMatchObject({ refusal: 'nonsense' })
    expect(readTileAddress(part, '1', '1')).toMatchObject({ refusal: 'nonsense' })
  },
)

test('whatever comes is a tile that exists, or refused with a sentence in both languages', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (z, x, y) => {
      const reading = readTileAddress(z, x, y)
      if ('refusal' in reading) return reading.fa.length > 10 && reading.en.length > 10
      return reading.z >= 8 && reading.z <= 16 && reading.x < 2 ** reading.z && reading.y < 2 ** reading.z
    }),
  )
})
