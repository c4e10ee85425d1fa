import { readConfig } from '#src/kernel/config.ts'
import { withDatabase } from './connect.ts'
import { bringUpToDate } from './migrate.ts'

// npm run migrate: bring the schema up to date and say what was done.
try {
  await withDatabase(readConfig(process.env), async (database) => {
    const applied = await bringUpToDate(database)
    process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'The schema is up to date.\n')
  })
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
