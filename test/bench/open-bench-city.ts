import { buildCity } from '#db/city/build-city.ts'
import { openPool } from '#db/connect.ts'
import { APP, OWNER, socketUrl, SUPERUSER } from '#db/postgres-process.ts'
import { startScratchCluster } from '#db/scratch-cluster.ts'
import { rebuildStalePyramids } from '#tiles/rebuild.ts'

/** A city to measure on. */
export interface BenchCity {
  /** as the application's role */
  url: string
  /** Null: nothing may be emptied or rebuilt, and what needs it is left out. */
  ownerUrl: string | null
  close(): Promise<void>
}

/**
 * As a server that keeps what it is told: the cost of an edit is that of one that survives a power cut. Statements are counted, so
 * that their own time can be told from the server's; commits are dated, so that a stale answer can be told from one on its way.
 */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  autovacuum: 'on',
  shared_buffers: '1GB',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'top',
  track_commit_timestamp: 'on',
}

/** The city at `url`, or one made for the purpose in a cluster of its own. `close` removes what was made. */
export async function openBenchCity(parcels: number, url: string | null, ownerUrl: string | null): Promise<BenchCity> {
  if (url) return { url, ownerUrl, close: async () => undefined }
  process.stderr.write(`making a city of ${parcels} parcels …\n`)
  const { place, remove } = await startScratchCluster('bench', SETTINGS)
  const madeUrl = socketUrl(place, OWNER, 'bench')
  try {
    const superPool = openPool(socketUrl(place, SUPERUSER, 'bench'), { size: 1 })
    await superPool.query(`create extension pg_stat_statements; grant pg_read_all_stats to ${APP}, ${OWNER}`)
    await superPool.query(`grant execute on function pg_stat_statements_reset to ${APP}`)
    await superPool.end()
    const ownerPool = openPool(madeUrl)
    try {
      await buildCity(ownerPool, { parcels, seed: 1 })
      await rebuildStalePyramids(ownerPool)
      await ownerPool.query('vacuum analyze')
    } finally {
      await ownerPool.end()
    }
  } catch (error) {
    await remove()
    throw error
  }
  return { url: socketUrl(place, APP, 'bench'), ownerUrl: madeUrl, close: remove }
}
