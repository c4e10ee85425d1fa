import { readConfig } from '#src/kernel/config.ts'
import { rebuildStalePyramids } from '#tiles/rebuild.ts'
import { withDatabase } from './connect.ts'
import { takeTurn } from './locks.ts'
import { bringUpToDate } from './migrate.ts'

// npm run migrate: bring the schema up to date, with what low zooms are drawn from, and say what was done. Servers without the owner's
// connection count on it.
try {
  await withDatabase(readConfig(process.env), async (database) => {
    const applied = await bringUpToDate(database)
    process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'The schema is up to date.\n')
    const { ownerPool } = database
    const rebuilt = ownerPool ? await takeTurn(ownerPool, 'fillLand', () => rebuildStalePyramids(ownerPool)) : []
    if (rebuilt.length > 0) process.stdout.write(`Low zooms of ${rebuilt.length} municipalities were drawn anew.\n`)
  })
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
