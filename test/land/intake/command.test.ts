import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../../database.ts'
import { countLand, createImportDatabase, NOTHING } from './import-options.ts'

// The command as people run it: what it prints where, and its exit codes.

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

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: database.url, DATABASE_OWNER_URL: database.ownerUrl }
  const command = ['--disable-warning=ExperimentalWarning', 'src/land/intake/main.ts', ...args]
  return new Promise((resolve) =>
    execFile(process.execPath, command, { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  )
}

const square = (west: number, code: string) => ({
  type: 'Feature',
  properties: { ML: code, Use: 'R1' },
  geometry: { type: 'Polygon', coordinates: [[[west, 32.39], [west + 0.001, 32.39], [west + 0.001, 32.391], [west, 32.391], [west, 32.39]]] },
}) // prettier-ignore

test('from nothing to a city and a report; then the codes of failure', async () => {
  const file = join(folder, 'city.geojson')
  await writeFile(
    file,
    JSON.stringify({ type: 'FeatureCollection', features: [square(51.37, 'a'), square(51.371, 'b'), square(51.38, 'a')] }),
  )
  await writeFile(join(folder, 'uses.csv'), 'source,use\nR1,RES\n')
  await writeFile(join(folder, 'tax.csv'), 'ML,Where\na,"1, Elm St"\na,2 Elm St\na,2 Elm St\nz,nowhere\n')

  const wrong = await run(file, '--into', 'parcel')
  expect([wrong.code, wrong.out]).toEqual([2, ''])
  expect(wrong.err).toContain('--into is one of parcels, buildings, streets, zones, not "parcel".')

  const unnamed = await run(file, '--into', 'parcels', '--map', 'code=ML')
  expect([unnamed.code, unnamed.out]).toEqual([1, ''])
  expect(unnamed.err).toMatch(/--municipality "Cambridge, MA"\nNothing was changed\.\n$/)
  expect(await countLand(database.ownerPool)).toEqual(NOTHING)

  const named = ['--into', 'parcels', '--municipality', 'زرین‌شهر', '--map', 'code=ML,use=Use']
  const strict = await run(file, ...named, '--strict')
  expect(strict.code).toBe(1)
  expect(strict.out).toContain('Refused: nothing was changed.')
  expect(await countLand(database.ownerPool)).toEqual(NOTHING)

  const report = join(folder, 'report.json')
  const table = ['--map', 'address=Where', '--table', join(folder, 'tax.csv'), '--join', 'ML', '--uses', join(folder, 'uses.csv')]
  const done = await run(file, ...named, ...table, '--report', report)
  expect(done.err).toBe('read…\nchecking…\nwriting…\n')
  expect(done.code).toBe(0)
  expect(done.out).toMatch(/^Read +3\nAdded +2\nLeft out +1$/m)
  expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({ read: 3, added: 2, outcome: 'applied' })
  const parcels = await database.pool.query(
    'select code, address, land_use, block_id is not null as has_block from land.parcels order by code',
  )
  expect(parcels.rows).toEqual([
    { code: 'a', address: '2 Elm St', land_use: 'RES', has_block: true },
    { code: 'b', address: null, land_use: 'RES', has_block: true },
  ])
  const { rows } = await database.pool.query('select slug, name_fa, srid, calendar, weekend from land.municipalities')
  expect(rows).toEqual([{ slug: 'municipality', name_fa: 'زرین‌شهر', srid: 32639, calendar: 'jalali', weekend: [4, 5] }])
  // low zooms are drawn at once
  const far = await database.ownerPool.query('select count(*)::int as n from tiles.block_uses')
  expect(far.rows[0].n).toBeGreaterThan(0)
})
