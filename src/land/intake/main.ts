import { writeFile } from 'node:fs/promises'
import type pg from 'pg'
import { withDatabase } from '#db/connect.ts'
import { bringUpToDate } from '#db/migrate.ts'
import { loadReference } from '#db/reference/load.ts'
import { readConfig } from '../../kernel/config.ts'
import { openProgress } from './draw-progress.ts'
import { formatReport } from './format-report.ts'
import { importFile } from './import-file.ts'
import { parseArguments, USAGE, type Arguments } from './parse-arguments.ts'
import { RefusalError, UsageError } from './refusal.ts'

// npm run import: the wiring of the command. Exit codes: 0 done, 1 refused or failed, 2 the command line is not right.
if (process.argv.includes('--help') || process.argv.length === 2) process.stdout.write(USAGE)
else process.exitCode = await run(process.argv.slice(2))

async function run(argv: readonly string[]): Promise<number> {
  const progress = openProgress(process.stderr)
  try {
    const options = parseArguments(argv)
    return await withDatabase(readConfig(process.env), async ({ pool, ownerPool }) => {
      if (!ownerPool) throw new RefusalError('An import runs as the owner of the schema: set DATABASE_OWNER_URL as well.')
      await bringUpToDate({ pool, ownerPool })
      await loadReference(ownerPool)
      return await importAndTell(ownerPool, options, progress)
    })
  } catch (error) {
    progress.end()
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\nAll options: npm run import -- --help\n`)
      return 2
    }
    process.stderr.write(`${(error as Error).message}\nNothing was changed.\n`)
    return 1
  }
}

async function importAndTell(ownerPool: pg.Pool, options: Arguments, progress: ReturnType<typeof openProgress>): Promise<number> {
  const report = await importFile(ownerPool, options, progress.draw)
  progress.end()
  process.stdout.write(formatReport(report))
  const later: Promise<unknown>[] = []
  if (options.reportFile) later.push(writeFile(options.reportFile, `${JSON.stringify(report, null, 2)}\n`))
  if (report.outcome === 'applied' && report.added > 0) later.push(redrawTiles(ownerPool, options.into))
  // The transaction is over by now: what fails here must not read as if the data had not come in.
  const failures = (await Promise.allSettled(later)).filter((result) => result.status === 'rejected')
  for (const { reason } of failures) process.stderr.write(`After the import (${report.outcome}): ${(reason as Error).message}\n`)
  return report.outcome === 'refused' || failures.length > 0 ? 1 : 0
}

/** Low zooms are drawn from generalised tables, which only parcels change. Domains do not import tiles: the wiring does. */
async function redrawTiles(ownerPool: pg.Pool, into: Arguments['into']): Promise<void> {
  if (into !== 'parcels') return
  const { rebuildPyramid } = await import('#tiles/rebuild.ts')
  await rebuildPyramid(ownerPool)
}
