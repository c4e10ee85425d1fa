import fastify, { type FastifyBaseLogger, type FastifyInstance, type InjectOptions } from 'fastify'
import type pg from 'pg'
import type { Db } from '#db/connect.ts'
import { measureReplicas } from '#db/measure-replicas.ts'
import { openReadPools, type ReadPools } from '#db/read-pools.ts'
import { openReads } from '#db/reads.ts'
import { openPoolWatch } from '#db/watch-pools.ts'
import { answerFromMemory } from '#tiles/answer-from-memory.ts'
import { CATALOGUE } from '#tiles/catalogue.ts'
import { openChangeFeed, type ChangeFeed } from '#tiles/change-feed.ts'
import { eventRoutes, MOST_STREAMS } from '#tiles/events.ts'
import { openTiles, type Tiles, type TileServer } from '#tiles/find-tile.ts'
import { openCacheRefresher } from '#tiles/refresh-caches.ts'
import { tileRoutes } from '#tiles/serve.ts'
import { measureTiles } from '#tiles/tile-metrics.ts'
import { updateGrounds } from '#tiles/update-grounds.ts'
import type { Config } from '../kernel/config.ts'
import { chooseRequestId } from '../kernel/ids.ts'
import { createLog, type Log } from '../kernel/log.ts'
import { createMetrics, type Metrics } from '../kernel/metrics.ts'
import { findRequestId } from '../kernel/request-context.ts'
import { editingRoutes } from '../land/editing/routes.ts'
import { exportRoutes } from '../land/parcels/export-routes.ts'
import { parcelRoutes } from '../land/parcels/routes.ts'
import { placeRoutes } from '../land/places/routes.ts'
import { printRoutes } from '../land/print/routes.ts'
import { themeRoutes } from '../land/zoning/routes.ts'
import { compressAnswers } from './compress.ts'
import { answerErrors, sendError } from './errors.ts'
import { healthRoutes } from './health.ts'
import { createRequestLog, nameRequests } from './log-requests.ts'
import { measureRequests, metricsRoutes } from './metrics.ts'
import { describeApi, docsRoutes } from './openapi.ts'
import { handOverPages, type PageHandler } from './pages.ts'
import { DATA_HEADERS, setSecurityHeaders } from './security-headers.ts'

export interface AppOptions {
  config: Config
  db: Db
  pool: pg.Pool
  /** Answers everything that is not the API, tiles or health; without it the process serves no pages. */
  pages?: PageHandler
  /** false while the process still migrates or makes its first city: not ready, though alive */
  isPrepared?: () => boolean
  log?: Log
  metrics?: Metrics
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What changes on the map and the tiles that show it, for whoever keeps them up to date in this process. */
    map: { feed: ChangeFeed; tiles: Tiles }
  }
}

/** Where SvelteKit's bundle, which has its own copies of our modules, finds the way into this process. */
const INJECT = Symbol.for('barzan.inject')

/** The one edge: limits, errors, headers, then the explicit list of module routes. Ready to listen or to be injected. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { config, db, pool, pages, isPrepared = () => true } = options
  const { log = createLog(config.logLevel), metrics = createMetrics() } = options
  const watchPool = openPoolWatch({ metrics, log, slowQueryMs: config.slowQueryMs })
  watchPool('primary', pool)
  const logger: FastifyBaseLogger = log
  const app = fastify({
    loggerInstance: logger,
    logController: createRequestLog(),
    genReqId: (req) => chooseRequestId(req.headers['x-request-id']),
    bodyLimit: 1024 * 1024, // 10,000 vertices of full precision are 400 kB
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 30_000,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    frameworkErrors: sendError,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false, strict: false } },
  })
  app.server.maxConnections = MOST_STREAMS + 2_000
  // Schemas of answers describe; the tests hold every answer against them. Serialising by them would silently drop fields.
  app.setSerializerCompiler(() => JSON.stringify)

  const readPools = openReadPools(config.databaseReadUrls, { pool, db }, { pooler: config.databasePooler, watch: watchPool, log })
  const reads = openReads(readPools)
  measureReplicas(metrics, readPools)
  app.addHook('onClose', () => readPools.close())

  const feed = openChangeFeed(pool)
  const tileMetrics = measureTiles(metrics)
  const { caches, cacheToken } = config
  const refresher =
    cacheToken === null || caches.length === 0
      ? null
      : openCacheRefresher({ caches, token: cacheToken, feed, metrics: tileMetrics })
  const tiles = openTiles(pool, {
    feed,
    keepsTiles: config.keepsTiles,
    catalogue: CATALOGUE,
    chooseServer: () => chooseTileServer(readPools, feed),
    memoryBytes: config.tileMemoryBytes,
    metrics: tileMetrics,
    onRenewed: ({ set, audience, address }) => audience === 'public' && refresher?.refresh({ set: set.id, ...address }),
  })
  app.decorate('map', { feed, tiles })
  app.addHook('onClose', async () => {
    await tiles.close()
    refresher?.close()
    await feed.close()
  })

  answerFromMemory(app, { tiles, catalogue: CATALOGUE, metrics: tileMetrics, headers: DATA_HEADERS })
  nameRequests(app)
  measureRequests(app, metrics)
  setSecurityHeaders(app)
  answerErrors(app)
  compressAnswers(app)
  await describeApi(app, config)

  await app.register(healthRoutes, { pool, reads, isPrepared })
  await app.register(metricsRoutes, { metrics, adminToken: config.adminToken })
  await app.register(docsRoutes)
  await app.register(parcelRoutes, { reads })
  await app.register(editingRoutes, {
    db,
    reads,
    adminToken: config.adminToken,
    settle: async (municipalityId) => {
      // Open maps draw the parcel at once, and its block when that has followed.
      await Promise.all([updateGrounds(pool, { municipalityId }), feed.catchUp().catch(() => undefined)])
      await feed.catchUp()
    },
  })
  await app.register(exportRoutes, { reads })
  await app.register(themeRoutes, { reads })
  await app.register(placeRoutes, { reads })
  await app.register(printRoutes, { reads })
  await app.register(tileRoutes, { pool, reads, origin: config.origin, feed, tiles, metrics: tileMetrics })
  await app.register(eventRoutes, { feed })
  if (pages) await app.register(handOverPages, { pages })

  // A page's own questions carry the page's id, so that what went wrong for a reader is found by one id.
  const inject = (request: InjectOptions) => {
    const requestId = findRequestId()
    return app.inject(requestId ? { ...request, headers: { ...request.headers, 'x-request-id': requestId } } : request)
  }
  app.addHook('onClose', () => {
    if (Reflect.get(globalThis, INJECT) === inject) Reflect.deleteProperty(globalThis, INJECT)
  })
  await app.ready()
  Reflect.set(globalThis, INJECT, inject)
  return app
}

/** A replica has reached what was known when it had replayed so far. */
function chooseTileServer(readPools: ReadPools, feed: ChangeFeed): TileServer {
  const { pool, replayLsn, noteFailure } = readPools.choose()
  return { pool, noteFailure, standing: replayLsn === null ? feed.standing() : feed.standingAt(replayLsn) }
}
