import { once } from 'node:events'
import { cancelWork } from '#db/cancel-work.ts'
import { buildCity } from '#db/city/build-city.ts'
import { withDatabase, type OpenDatabase } from '#db/connect.ts'
import { bringUpToDate } from '#db/migrate.ts'
import { rebuildStalePyramids } from '#tiles/rebuild.ts'
import { buildApp } from './http/app.ts'
import { openPages } from './http/pages.ts'
import { readConfig, type Config } from './kernel/config.ts'
import { isDatabaseGone } from './kernel/database-errors.ts'

/** The seed of the first city: everyone who starts Barzan sees the same one. */
const SEED = 1
const RETRY_MS = 1000

const stopping = new AbortController()
// The terminal signals the whole group and the launcher passes it on: a second one is not impatience.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort(signal))

try {
  await serve(readConfig(process.env))
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(`Barzan cannot run: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

/** Config → database → http → land, until a signal. Health answers at once; `/readyz` says 503 until the land is there. */
async function serve(config: Config): Promise<void> {
  const stopped = once(stopping.signal, 'abort')
  await withDatabase(config, async (database) => {
    const pages = await openPages(config)
    let isPrepared = false
    const app = await buildApp({ config, ...database, pages: pages.handler, isPrepared: () => isPrepared })
    try {
      await app.listen({ port: config.port, host: config.host })
      await pages.attach(app.server)
      await Promise.race([prepareLand(config, database), stopped])
      if (stopping.signal.aborted) return
      isPrepared = true
      process.stdout.write(`Barzan is ready at ${config.origin}\n`)
      await stopped
    } finally {
      await Promise.all([pages.close(), app.close(), database.ownerPool && cancelWork(database.ownerPool)])
    }
  })
}

/** Migrate, make the city of an empty database, draw what low zooms show. A database that is away is waited for. */
async function prepareLand(config: Config, { pool, ownerPool }: Pick<OpenDatabase, 'pool' | 'ownerPool'>): Promise<void> {
  try {
    await bringUpToDate({ pool, ownerPool })
    if (!ownerPool) return
    const { rows } = await ownerPool.query('select from land.municipalities limit 1')
    if (rows.length === 0 && config.cityParcels > 0) await buildCity(ownerPool, { parcels: config.cityParcels, seed: SEED })
    await rebuildStalePyramids(ownerPool)
  } catch (error) {
    if (!isDatabaseGone(error) || stopping.signal.aborted) throw error
    process.stderr.write('The database cannot be reached; trying again.\n')
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    return prepareLand(config, { pool, ownerPool })
  }
}
