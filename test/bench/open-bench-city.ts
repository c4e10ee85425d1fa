import { buildCity } from '#db/city/build-city.ts'
import { openPool } from '#db/connect.ts'
import { APP, OWNER, socketUrl } from '#db/postgres-process.ts'
import { startScratchCluster } from '#db/scratch-cluster.ts'
import { rebuildStalePyramids } from '#tiles/rebuild.ts'

/** A city to measure on: the one at `url`, or one made for the purpose. `close` removes what was made. */
export async function openBenchCity(parcels: number, url: string | null): Promise<{ url: string; close(): Promise<void> }> {
  if (url) return { url, close: async () => undefined }
  process.stderr.write(`making a city of ${parcels} parcels …\n`)
  const { place, remove } = await startScratchCluster('bench')
  try {
    const ownerPool = openPool(socketUrl(place, OWNER, 'bench'))
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
  return { url: socketUrl(place, APP, 'bench'), close: remove }
}
