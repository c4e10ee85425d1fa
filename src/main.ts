import { once } from 'node:events'
import { cancelWork } from '#db/cancel-work.ts'
import { withDatabase } from '#db/connect.ts'
import { buildApp } from './http/app.ts'
import { openPages } from './http/pages.ts'
import { keepMap } from './keep-map.ts'
import { readConfig, type Config } from './kernel/config.ts'
import { createLog } from './kernel/log.ts'
import { createMetrics } from './kernel/metrics.ts'
import { prepareLand } from './prepare-land.ts'

const stopping = new AbortController()
// The terminal signals the whole group and the launcher passes it on: a second one is not impatience.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort(signal))

try {
  await serve(readConfig(process.env), stopping.signal)
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(`Barzan cannot run: ${explain(error)}\n`)
    process.exitCode = 1
  }
}

/** Config → database → http → land, until a signal. Health answers at once; `/readyz` says 503 until the land is there. */
async function serve(config: Config, signal: AbortSignal): Promise<void> {
  const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort')
  await withDatabase(config, async (database) => {
    const pages = await openPages(config)
    const metrics = createMetrics({ ofProcess: true })
    const log = createLog(config.logLevel)
    let isPrepared = false
    let keeping: Promise<void> | null = null
    const app = await buildApp({ config, ...database, pages: pages.handler, isPrepared: () => isPrepared, metrics, log })
    try {
      if (!signal.aborted) await app.listen({ port: config.port, host: config.host })
      await pages.attach(app.server)
      await Promise.race([prepareLand(config, database, signal), stopped])
      if (signal.aborted) return
      isPrepared = true
      keeping = keepMap({ config, ...app.map, pool: database.pool, log, signal })
      process.stdout.write(`Barzan is ready at ${config.origin}\n`)
      await stopped
    } finally {
      await keeping?.catch(() => undefined)
      await Promise.all([pages.close(), app.close(), database.ownerPool && cancelWork(database.ownerPool)])
    }
  })
}

function explain(error: unknown): string {
  const { code, port, address } = error as { code?: string; port?: number; address?: string }
  if (code === 'EADDRINUSE') return `port ${port} of ${address} is in use; stop what runs there or set PORT to another`
  return error instanceof Error ? error.message : String(error)
}
