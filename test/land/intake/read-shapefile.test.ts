import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chooseEncoding, decodeWith } from '#src/land/intake/read/dbf-encoding.ts'
import { groupRings } from '#src/land/intake/read/group-rings.ts'
import { openSource } from '#src/land/intake/read/open-source.ts'
import { openDbf } from '#src/land/intake/read/read-dbf.ts'
import { hasRealData, readAll, REAL_DATA } from './real-data.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'barzan-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('text of attribute tables', () => {
  test('Windows-1256 has no ی: ي is read as it', () => {
    const encoding = chooseEncoding('1256', 0, new Uint8Array())
    expect(encoding.label).toBe('windows-1256')
    // "زرين" and گ چ پ ژ ک as Windows-1256 writes them
    expect(decodeWith(encoding, Uint8Array.from([0xd2, 0xd1, 0xed, 0xe4]))).toBe('زرین')
    expect(decodeWith(encoding, Uint8Array.from([0x90, 0x8d, 0x81, 0x8e, 0x98]))).toBe('گچپژک')
  })

  test.each([
    ['1256', 0, 'windows-1256'],
    ['CP1256', 0, 'windows-1256'],
    ['ANSI 1256', 0, 'windows-1256'],
    ['UTF-8\r\n', 0x57, 'utf-8'],
    ['65001', 0, 'utf-8'],
    ['88591', 0, 'windows-1252'],
    ['ISO 8859-2', 0, 'iso-8859-2'],
    ['<!doctype html>', 0, 'utf-8'],
    [null, 0x7e, 'windows-1256'],
    [null, 0x4d, 'gbk'],
    [null, 0, 'utf-8'],
  ])('.cpg %j with driver %i is %s', (cpg, driver, label) => {
    expect(chooseEncoding(cpg, driver, new Uint8Array()).label).toBe(label)
  })

  test('without a word on it: UTF-8 when the bytes are, else Windows-1252', () => {
    expect(chooseEncoding(null, 0, Buffer.from('کوچه')).label).toBe('utf-8')
    expect(chooseEncoding(null, 0x57, Buffer.from('کوچه')).label).toBe('utf-8')
    expect(chooseEncoding(null, 0, Buffer.from('é', 'latin1')).label).toBe('windows-1252')
  })
})

test('rings: clockwise outside, holes in the smallest ring round them, strays kept', () => {
  const ring = (x: number, y: number, side: number, isHole = false) => {
    const corners = [[x, y], [x, y + side], [x + side, y + side], [x + side, y], [x, y]] // prettier-ignore
    return isHole ? corners.toReversed() : corners
  }
  const outer = ring(0, 0, 100)
  const island = ring(40, 40, 20)
  const lake = ring(30, 30, 40, true)
  const pond = ring(45, 45, 5, true)
  const stray = ring(200, 0, 5, true)
  expect(groupRings([outer, lake, island, pond, stray])).toEqual([[outer, lake], [island, pond], [stray]])
})

describe.skipIf(!hasRealData('shapefile-odd'))('shapefile-odd', () => {
  const odd = (name: string) => resolve(REAL_DATA, 'shapefile-odd', name)

  test.each([
    ['mapshaper-dbf/cpg/big5', 'big5', '國語'],
    ['mapshaper-dbf/cpg/euckr', 'euc-kr', null],
    ['mapshaper-dbf/cpg/koi8r', 'koi8-r', null],
    ['mapshaper-dbf/cpg/latin2', 'iso-8859-2', null],
    ['mapshaper-dbf/cpg/shiftjis', 'shift_jis', null],
    ['mapshaper-dbf/cpg/utf16', 'utf-16le', null],
    ['mapshaper-dbf/cpg/win1251', 'windows-1251', null],
    ['mapshaper-dbf/cpg/win874', 'windows-874', null],
  ])('%s is %s', async (name, label, value) => {
    const cpg = await readFile(`${odd(name)}.cpg`, 'utf8')
    const table = await openDbf(`${odd(name)}.dbf`, cpg)
    expect(table.encoding.label).toBe(label)
    const row = await table.readRow()
    if (value) expect(Object.values(row!)).toContain(value)
    for (const text of Object.values(row!)) expect(String(text)).not.toContain('\ufffd')
    await table.close()
  })

  test('parts beside the .shp are found whatever the case of their names', async () => {
    await cp(odd('shapefile-js/utf.shp'), join(folder, 'CITY.SHP'))
    await cp(odd('shapefile-js/utf.dbf'), join(folder, 'city.Dbf'))
    await writeFile(join(folder, 'City.CPG'), 'UTF-8')
    const source = await openSource(join(folder, 'CITY.SHP'), null)
    expect(source.fields).toEqual(['field'])
    const features = await readAll(source.features())
    expect(features[0]!.properties.field).toBe('💩')
    await source.close()
  })

  test('a .dbf of another file is refused', async () => {
    await cp(odd('mbostock-shapefile/points.shp'), join(folder, 'a.shp'))
    await cp(odd('mbostock-shapefile/singleton.dbf'), join(folder, 'a.dbf'))
    const source = await openSource(join(folder, 'a.shp'), null)
    await expect(readAll(source.features())).rejects.toThrow(/do not belong together/)
    await source.close()
  })

  test('cut off at any length: a sentence, never part of the features', async () => {
    const whole = await readFile(odd('mbostock-shapefile/polygons.shp'))
    for (let length = 1; length < whole.length; length += 13) {
      await writeFile(join(folder, 'cut.shp'), whole.subarray(0, length))
      await cp(odd('mbostock-shapefile/polygons.dbf'), join(folder, 'cut.dbf'), { force: true })
      const read = (async () => {
        const source = await openSource(join(folder, 'cut.shp'), null)
        try {
          return await readAll(source.features())
        } finally {
          await source.close()
        }
      })()
      await expect(read, String(length)).rejects.toThrow(/cut off|too short|do not belong together|no format/)
    }
  })
})
