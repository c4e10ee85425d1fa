import fc from 'fast-check'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importFile } from '#src/land/intake/import-file.ts'
import type { Reason } from '#src/land/intake/types.ts'
import type { TestDatabase } from '../../database.ts'
import { countLand, createImportDatabase, importOptions, NOTHING } from './import-options.ts'

// Collections of square parcels with faults put in on purpose: the report must name exactly those, each for its reason.

const SIDE = 0.0002 // degrees: about 20 m
const GAP = 0.0001
/** Fault → the reason it must be left out for; null = it is added. */
const FAULTS = {
  good: null,
  null: 'empty',
  hollow: 'empty',
  bowtie: 'invalid',
  open: 'invalid',
  short: 'invalid',
  flat: 'invalid',
  text: 'malformed',
  numberless: 'malformed',
  noGeometry: 'malformed',
  point: 'wrong-type',
  line: 'wrong-type',
  beyond: 'outside',
  far: 'far',
  noCode: 'no-code',
  blankCode: 'no-code',
  longCode: 'code-too-long',
  repeat: 'repeated',
  wide: null,
} as const satisfies Record<string, Reason | null>
type Fault = keyof typeof FAULTS

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createImportDatabase()
  folder = await mkdtemp(join(tmpdir(), 'barzan-test-'))
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

test('counts add up, and every injected fault is found and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...(Object.keys(FAULTS) as Fault[])), { maxLength: 30 }), async (faults) => {
      // enough good ones for the middle of the data to be theirs
      const all: Fault[] = [...Array.from({ length: faults.length + 2 }, (): Fault => 'good'), ...faults, 'good']
      const file = join(folder, 'parcels.geojson')
      await writeFile(file, JSON.stringify({ type: 'FeatureCollection', features: all.map((fault, i) => makeFeature(fault, i)) }))
      const report = await importFile(database.ownerPool, importOptions(file, { dryRun: true }))
      const found = new Map(report.leftOut.flatMap(({ reason, features }) => features.map((f) => [f.ordinal, reason] as const)))
      const expected = new Map(all.flatMap((fault, i) => (FAULTS[fault] === null ? [] : [[i + 1, FAULTS[fault]] as const])))
      expect(found).toEqual(expected)
      expect(report.read).toBe(all.length)
      expect(report.added + found.size).toBe(report.read)
      expect(report.overlaps.map((pair) => [pair.a.ordinal, pair.b.ordinal])).toEqual(listOverlaps(all))
    }),
    { numRuns: 15 },
  )
  expect(await countLand(database.ownerPool)).toEqual(NOTHING)
})

/** A wide square reaches into the next one where that has ground. */
function listOverlaps(faults: readonly Fault[]): number[][] {
  const hasGround: Fault[] = ['good', 'wide', 'noCode', 'blankCode', 'longCode', 'repeat']
  return faults.flatMap((fault, i) => (fault === 'wide' && hasGround.includes(faults[i + 1]!) ? [[i + 1, i + 2]] : []))
}

function makeFeature(fault: Fault, i: number) {
  const code = { noCode: null, blankCode: '  ', longCode: 'x'.repeat(65), repeat: '1-۱' }[fault as string]
  const properties = { code: code === undefined ? (i === 0 ? '1-1' : `p${i}`) : code }
  if (fault === 'noGeometry') return { type: 'Feature', properties }
  return { type: 'Feature', properties, geometry: makeGeometry(fault, i) }
}

function makeGeometry(fault: Fault, i: number): unknown {
  const west = 51.37 + i * (SIDE + GAP) + (fault === 'far' ? 3 : 0)
  const south = fault === 'beyond' ? 91 : 32.39
  const east = west + SIDE + (fault === 'wide' ? GAP + 0.00001 : 0)
  const north = south + SIDE
  const polygon = (ring: unknown) => ({ type: 'Polygon', coordinates: [ring] })
  switch (fault) {
    case 'null':
      return null
    case 'hollow':
      return polygon([])
    case 'bowtie':
      return polygon([[west, south], [east, north], [east, south], [west, north], [west, south]]) // prettier-ignore
    case 'open':
      return polygon([[west, south], [east, south], [east, north], [west, north]]) // prettier-ignore
    case 'short':
      return polygon([[west, south], [east, south], [west, south]]) // prettier-ignore
    case 'flat':
      return polygon([[west, south], [east, south], [west, south], [west, south]]) // prettier-ignore
    case 'text':
      return 'POLYGON EMPTY'
    case 'numberless':
      return polygon([[west, south], [east, 'north'], [east, north], [west, south]]) // prettier-ignore
    case 'point':
      return { type: 'Point', coordinates: [west, south] }
    case 'line':
      return { type: 'LineString', coordinates: [[west, south], [east, north]] } // prettier-ignore
    default:
      return polygon([[west, south], [east, south], [east, north], [west, north], [west, south]]) // prettier-ignore
  }
}
