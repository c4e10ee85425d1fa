import { describe, expect, test } from 'vitest'
import { postalCode, syntheticLegalId, syntheticNationalId } from '#db/city/identify.ts'

// Vectors: design reference 5.5 and 5.6, computed there by hand; none belongs to anybody.
const NATIONAL = {
  valid: ['9991000070', '9991010221', '9991000143', '9991000216', '9991000283', '0001000071', '0001000144'],
  invalid: ['9991000144', '1111111111', '0000000000', '123456789'],
}
const LEGAL = {
  valid: ['10380284790', '99001122335', '99990000112', '99003000474', '99555120400', '99123456780'],
  invalid: ['10380284792', '11111111111', '1111111111'],
}

describe('identifiers of the synthetic city', () => {
  test('the checks of this test agree with the vectors', () => {
    for (const id of NATIONAL.valid) expect(isNationalId(id), id).toBe(true)
    for (const id of NATIONAL.invalid) expect(isNationalId(id), id).toBe(false)
    for (const id of LEGAL.valid) expect(isLegalId(id), id).toBe(true)
    for (const id of LEGAL.invalid) expect(isLegalId(id), id).toBe(false)
  })

  test('national ids are valid, differ, and bear only prefixes that are not issued', () => {
    const serials = [...Array(3000).keys()].map((i) => i + 1).concat([998_999, 999_000, 999_001, 1_500_000, 1_990_000])
    const ids = serials.map(syntheticNationalId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) {
      expect(isNationalId(id), id).toBe(true)
      expect(id).toMatch(/^(999|000)/)
    }
  })

  test('legal ids are valid, differ and begin with 99', () => {
    const ids = [...Array(3000).keys()].map((i) => syntheticLegalId(i + 1))
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(isLegalId(id) && id.startsWith('99'), id).toBe(true)
  })

  test('postal codes pass the strict rule and begin with 847', () => {
    const codes = [...Array(4000).keys()].map((i) => postalCode(i * 701)!)
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes) expect(code).toMatch(/^(?!(\d)\1{3})847[13-9][1346-9][013-9]{5}$/)
    expect(postalCode(48 * 9 ** 5)).toBeNull()
  })
})

function isNationalId(id: string): boolean {
  if (!/^\d{10}$/.test(id) || /^(\d)\1{9}$/.test(id)) return false
  const sum = [...id.slice(0, 9)].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0)
  const rest = sum % 11
  return Number(id[9]) === (rest < 2 ? rest : 11 - rest)
}

function isLegalId(id: string): boolean {
  if (!/^\d{11}$/.test(id) || /^(\d)\1{10}$/.test(id) || /^.{3}0{6}/.test(id)) return false
  const addend = Number(id[9]) + 2
  const sum = [...id.slice(0, 10)].reduce((total, digit, i) => total + (Number(digit) + addend) * [29, 27, 23, 19, 17][i % 5]!, 0)
  return Number(id[10]) === (sum % 11) % 10
}
