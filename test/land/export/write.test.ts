import { describe, expect, test } from 'vitest'
import { reverseRing, windRing } from '#src/land/parcels/export-geometry.ts'
import { quoteCell } from '#src/land/parcels/write-csv.ts'
import { escapeText } from '#src/land/parcels/write-dxf.ts'
import { writeEsriWkt } from '#src/land/parcels/write-esri-wkt.ts'
import { cutUtf8 } from '#src/land/parcels/write-shapefile.ts'

describe('a CSV cell', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+98', "'+98"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' \u200f=1', "' \u200f=1"],
    ['پلاک ۱۱', 'پلاک ۱۱'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'],
  ])('%j is written %j', (text, cell) => expect(quoteCell(text)).toBe(cell))
})

test('UTF-8 is cut between letters', () => {
  expect(cutUtf8('پلاک', 8).toString()).toBe('پلاک')
  expect(cutUtf8('پلاک', 7).toString()).toBe('پلا')
  expect(cutUtf8('a😀b', 4).toString()).toBe('a')
})

test('DXF text keeps its own signs and cannot begin a group', () =>
  expect(escapeText('{a\\P}\n0\nENDSEC ی')).toBe('\\{a\\\\P\\} 0 ENDSEC \\U+06CC'))

test('ESRI WKT: UTM by its own names, others without the nodes ESRI does not know', () => {
  expect(writeEsriWkt(32639, '')).toContain('PROJCS["WGS_1984_UTM_Zone_39N"')
  expect(writeEsriWkt(32639, '')).toContain('PARAMETER["Central_Meridian",51.0]')
  expect(writeEsriWkt(32720, '')).toContain('PARAMETER["False_Northing",10000000.0]')
  expect(writeEsriWkt(2039, 'PROJCS["a",GEOGCS["b",AUTHORITY["EPSG","1"]],AXIS["E",EAST],AUTHORITY["EPSG","2039"]]')).toBe(
    'PROJCS["a",GEOGCS["b"]]',
  )
})

test('a ring turned round winds the other way', () => {
  const ring = Float64Array.of(0, 0, 2, 0, 2, 1, 0, 0)
  expect(windRing(ring)).toBe(2)
  expect(windRing(reverseRing(ring))).toBe(-2)
  expect([...reverseRing(ring)]).toEqual([0, 0, 2, 1, 2, 0, 0, 0])
})
