import { globSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { importFile } from '#src/land/intake/import-file.ts'
import { RefusalError } from '#src/land/intake/refusal.ts'
import type { ImportReport } from '#src/land/intake/types.ts'
import type { TestDatabase } from '../../database.ts'
import { clearLand, countLand, createImportDatabase, importOptions, NOTHING } from './import-options.ts'
import { hasRealData, REAL_DATA } from './real-data.ts'

// Collections of faulty files, one fault each: a file gives rows, or a sentence and nothing.

let database: TestDatabase
beforeAll(async () => {
  database = await createImportDatabase()
})
afterEach(() => clearLand(database.ownerPool))
afterAll(() => database.drop())

/** Import as buildings: they need no code. @returns the report, or the sentence of the refusal */
async function tryFile(file: string, into: 'buildings' | 'streets', crs: number | null = null): Promise<ImportReport | string> {
  try {
    const report = await importFile(database.ownerPool, importOptions(file, { into, crs }))
    const left = report.leftOut.reduce((sum, group) => sum + group.features.length, 0)
    expect(report.added + left, file).toBe(report.read)
    const counts = await countLand(database.ownerPool)
    if (report.outcome === 'refused') expect(counts, file).toEqual(NOTHING)
    else expect(counts[into === 'streets' ? 'street_segments' : 'buildings'], file).toBe(report.added)
    return report
  } catch (error) {
    if (!(error instanceof RefusalError)) throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
    expect(error.message, file).toMatch(/^[A-Z"].{10,}/s)
    expect(await countLand(database.ownerPool), file).toEqual(NOTHING)
    return error.message
  }
}

function list(folder: string, pattern: string): string[] {
  return globSync(resolve(REAL_DATA, folder, pattern)).sort()
}

describe.skipIf(!hasRealData('geojson-invalid'))('geojson-invalid', () => {
  test('every file gives rows or a sentence', async () => {
    const outcomes: Record<string, string> = {}
    for (const file of list('geojson-invalid', '**/*.geojson')) {
      const result = await tryFile(file, 'buildings')
      outcomes[relative(resolve(REAL_DATA, 'geojson-invalid'), file)] =
        typeof result === 'string' ? result : `${result.added} added; ${result.leftOut.map((group) => group.reason).join(', ')}`
      await clearLand(database.ownerPool)
    }
    expect(Object.keys(outcomes)).toHaveLength(133)
    await expect(`${JSON.stringify(outcomes, null, 2)}\n`).toMatchFileSnapshot('golden/geojson-invalid.json')
  }, 300_000)
})

describe.skipIf(!hasRealData('shapefile-odd'))('shapefile-odd', () => {
  test('every file gives rows or a sentence', async () => {
    const outcomes: Record<string, string> = {}
    const files = ['**/*.shp', '**/*.zip', '**/*.TAB', '**/*.json'].flatMap((pattern) => list('shapefile-odd', pattern))
    for (const file of files) {
      const name = relative(resolve(REAL_DATA, 'shapefile-odd'), file)
      const isLines = /line|corrupt_too_long|callstack|data_corr/.test(name)
      const into = isLines ? 'streets' : 'buildings'
      const first = await tryFile(file, into)
      // where only the coordinate system is missing, look at the shapes all the same
      const result = typeof first === 'string' && first.includes('is not known') ? await tryFile(file, into, 4326) : first
      outcomes[name] =
        typeof result === 'string'
          ? result
          : `${result.added} of ${result.read}, ${result.sourceCrs}; ${result.leftOut.map((group) => group.reason).join(', ')}`
      await clearLand(database.ownerPool)
    }
    await expect(`${JSON.stringify(outcomes, null, 2)}\n`).toMatchFileSnapshot('golden/shapefile-odd.json')
  }, 300_000)
})
