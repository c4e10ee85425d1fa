import type pg from 'pg'
import { loadReference } from '#db/reference/load.ts'
import type { ImportOptions } from '#src/land/intake/types.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'

/** Options of an import with everything left out that can be. */
export function importOptions(file: string, options: Partial<ImportOptions> = {}): ImportOptions {
  return {
    file,
    into: 'parcels',
    map: {},
    crs: null,
    layer: null,
    municipality: 'Testville',
    calendar: null,
    table: null,
    uses: null,
    dryRun: false,
    strict: false,
    ...options,
  }
}

/** An empty database that knows the land-use classes. */
export async function createImportDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  await loadReference(database.ownerPool)
  return database
}

const TABLES = [
  'municipalities',
  'parcels',
  'blocks',
  'buildings',
  'streets',
  'street_segments',
  'plan_units',
  'themes',
  'findings',
]

/** Rows of every table an import writes. */
export async function countLand(pool: pg.Pool): Promise<Record<string, number>> {
  const selects = TABLES.map((table) => `(select count(*)::int from land.${table}) as ${table}`)
  const { rows } = await pool.query(`select ${selects.join(', ')}`)
  return rows[0] as Record<string, number>
}

export const NOTHING = Object.fromEntries(TABLES.map((table) => [table, 0]))

/** Empty what an import wrote; the database is the test's own. */
export async function clearLand(pool: pg.Pool): Promise<void> {
  await pool.query('truncate land.municipalities cascade')
}
