import { describe, expect, test } from 'vitest'
import { chooseFields } from '#src/land/intake/choose-fields.ts'
import { parseArguments } from '#src/land/intake/parse-arguments.ts'
import { toSlug } from '#src/land/intake/find-municipality.ts'
import { isSameCrs, summariseWkt } from '#src/land/intake/parse-wkt.ts'
import { isWoundRound } from '#src/land/intake/wind-round.ts'

describe('the command line', () => {
  test('what the README shows', () => {
    const line = ['city.gpkg', '--into', 'parcels', '--map', 'code=ML,use=UseCode', '--crs', 'EPSG:32639', '--municipality', ' Cambridge,  MA ', '--dry-run', '--strict', '--layer', 'plots'] // prettier-ignore
    expect(parseArguments(line)).toEqual({
      file: 'city.gpkg', into: 'parcels', map: { code: 'ML', use: 'UseCode' }, crs: 32639, layer: 'plots', municipality: 'Cambridge, MA',
      calendar: null, table: null, uses: null, reportFile: null, dryRun: true, strict: true,
    }) // prettier-ignore
  })

  test.each([
    [[], /Which file/],
    [['a', 'b', '--into', 'parcels'], /one too many/],
    [['a'], /--into is one of/],
    [['a', '--into', 'parcels', '--map', 'code'], /no pair/],
    [['a', '--into', 'parcels', '--map', 'code=A', '--map', 'code=B'], /twice/],
    [['a', '--into', 'parcels', '--map', 'colour=A'], /"colour", which parcels do not have.*\n {2}code/],
    [['a', '--into', 'parcels', '--map', '__proto__=A'], /do not have/],
    [['a', '--into', 'parcels', '--crs', 'UTM'], /EPSG:32639, not "UTM"/],
    [['a', '--into', 'zones', '--table', 'x.csv', '--join', 'ML'], /parcels only/],
    [['a', '--into', 'parcels', '--table', 'x.csv'], /go together/],
    [['a', '--into', 'parcels', '--municipality', ' '], /1 to 200/],
    [['a', '--into', 'parcels', '--calendar', 'lunar'], /jalali or gregorian/],
    [['a', '--into', 'parcels', '--fast'], /--fast/],
  ])('%j', (line, sentence) => {
    expect(() => parseArguments(line)).toThrow(sentence)
  })
})

describe('fields', () => {
  test('usual names are used whatever their case; --map wins; nothing is guessed', () => {
    expect(chooseFields('streets', {}, ['FID', 'Street_Name', 'STREET'])).toEqual({ name: 'STREET' })
    expect(chooseFields('parcels', { code: 'ml' }, ['ML', 'code', 'Address'])).toEqual({ code: 'ML', address: 'Address' })
    expect(() => chooseFields('parcels', {}, ['ML', 'id'])).toThrow(/Which field is the parcel’s code\? .*The file has: ML, id\./)
    expect(() => chooseFields('zones', { code: 'Z' }, [])).toThrow(/no field "Z".*no fields/)
  })
})

test('slugs', () => {
  expect(['Cambridge, MA', 'Zürich', 'زرین‌شهر', '***', 'A'.repeat(80)].map(toSlug)).toEqual([
    'cambridge-ma',
    'zurich',
    'municipality',
    'municipality',
    'a'.repeat(63),
  ])
})

describe('coordinate systems in words', () => {
  const utm = (name: string, datum: string, meridian: number, more = '') =>
    `PROJCS["${name}",GEOGCS["g",DATUM["${datum}",SPHEROID["s",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",${meridian}],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],UNIT["metre",1]${more}]`

  test('spellings do not matter, numbers do', () => {
    const esri = summariseWkt(utm('WGS_1984_UTM_Zone_39N', 'D_WGS_1984', 51))!
    expect(isSameCrs(esri, summariseWkt(utm('WGS 84 / UTM zone 39N', 'WGS_1984', 51))!)).toBe(true)
    expect(isSameCrs(esri, summariseWkt(utm('WGS 84 / UTM zone 39N', 'WGS_1984', 57))!)).toBe(false)
    expect(isSameCrs(esri, summariseWkt(utm('another', 'Other_Datum', 51))!)).toBe(false)
    expect(summariseWkt(utm('x', 'y', 51, ',AUTHORITY["EPSG","32639"]'))!.authority).toBe(32639)
    for (const nonsense of ['', 'PROJCS', 'PROJCS[', 'PROJCS["a"]', '<html>', '['.repeat(500)])
      expect(summariseWkt(nonsense)).toBeNull()
  })
})

describe('ground inside a ring that crosses itself', () => {
  const bowtie = [[[[0, 0], [4, 4], [4, 0], [0, 10], [0, 0]]]] // prettier-ignore

  test('the side wound like the topmost corner counts, the other does not', () => {
    expect(isWoundRound(bowtie, [0.5, 4])).toBe(true)
    expect(isWoundRound(bowtie, [3.5, 2.5])).toBe(false)
    expect(isWoundRound(bowtie, [9, 9])).toBe(false)
  })

  test('a spike at the top of a hole does not turn it inside out', () => {
    const withHole = [
      [
        [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]],
        [[2, 2], [2, 4], [3, 4], [3, 5], [3, 4], [4, 4], [4, 2], [2, 2]],
      ],
    ] // prettier-ignore
    expect(isWoundRound(withHole, [3, 3])).toBe(false)
    expect(isWoundRound(withHole, [1, 1])).toBe(true)
  })
})
