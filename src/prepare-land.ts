import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { buildCity } from '#db/city/build-city.ts'
import { takeTurn } from '#db/locks.ts'
import { bringUpToDate } from '#db/migrate.ts'
import { rebuildStalePyramids } from '#tiles/rebuild.ts'
import type { Config } from './kernel/config.ts'
import { isDatabaseGone } from './kernel/database-errors.ts'

/** The seed of the first city: everyone who starts Barzan sees the same one. */
const SEED = 1
const RETRY_MS = 1000

/**
 * What a start does to the database: migrate, make the city of an empty one, draw what low zooms show. Of processes that start
 * together one does it and the others wait. A database that is away is waited for.
 * @throws Error with a sentence when the schema is not current and there is no owner to make it so
 */
export async function prepareLand(
  config: Config,
  { pool, ownerPool }: { pool: pg.Pool; ownerPool: pg.Pool | null },
  signal: AbortSignal,
): Promise<void> {
  for (let told = ''; ;) {
    try {
      await bringUpToDate({ pool, ownerPool })
      if (ownerPool) await takeTurn(ownerPool, 'fillLand', () => fill(ownerPool, config.cityParcels))
      return
    } catch (error) {
      if (!isDatabaseGone(error) || signal.aborted) throw error
      // Once for each reason: a wrong password reads differently from a server that is still starting.
      const reason = messageOf(error)
      if (reason !== told) process.stderr.write(`The database cannot be reached (${reason}); trying again.\n`)
      told = reason
      await sleep(RETRY_MS, undefined, { signal })
    }
  }
}

function messageOf(error: unknown): string {
  // Of a host with several addresses each attempt failed by itself.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error ? first.message : String(first)
}

async function fill(ownerPool: pg.Pool, cityParcels: number): Promise<void> {
  const { rows } = await ownerPool.query('select from land.municipalities limit 1')
  if (rows.length === 0 && cityParcels > 0) {
    await buildCity(ownerPool, {
      parcels: cityParcels,
      seed: SEED,
      onProgress: ({ parcels, of }) => showProgress('city', parcels, of),
    })
  }
  await rebuildStalePyramids(ownerPool, ({ done, total }) => showProgress('map', done, total))
}

/** On a terminal only: a line that is written over. */
function showProgress(what: string, done: number, of: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\rPreparing the ${what}: ${Math.round((100 * Math.min(done, of)) / Math.max(of, 1))} %\x1b[K`)
  if (done >= of) process.stderr.write('\r\x1b[K')
}
