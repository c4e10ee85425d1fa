import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type pg from 'pg'
import type { Db } from '#db/connect.ts'
import { tileRoutes } from '#tiles/serve.ts'
import type { Config } from '../kernel/config.ts'
import { chooseRequestId } from '../kernel/ids.ts'
import { createLog } from '../kernel/log.ts'
import { exportRoutes } from '../land/parcels/export-routes.ts'
import { parcelRoutes } from '../land/parcels/routes.ts'
import { placeRoutes } from '../land/places/routes.ts'
import { printRoutes } from '../land/print/routes.ts'
import { themeRoutes } from '../land/zoning/routes.ts'
import { compressAnswers } from './compress.ts'
import { answerErrors, sendError } from './errors.ts'
import { healthRoutes } from './health.ts'
import { describeApi, docsRoutes } from './openapi.ts'
import { handOverPages, type PageHandler } from './pages.ts'
import { setSecurityHeaders } from './security-headers.ts'

export interface AppOptions {
  config: Config
  db: Db
  pool: pg.Pool
  /** Answers everything that is not the API, tiles or health; without it the process serves no pages. */
  pages?: PageHandler
  /** false while the process still migrates or makes its first city: not ready, though alive */
  isPrepared?: () => boolean
}

/** Where SvelteKit's bundle, which has its own copies of our modules, finds the way into this process. */
const INJECT = Symbol.for('barzan.inject')

/** The one edge: limits, errors, headers, then the explicit list of module routes. Ready to listen or to be injected. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { config, db, pool, pages, isPrepared = () => true } = options
  const log: FastifyBaseLogger = createLog(config.logLevel)
  const app = fastify({
    loggerInstance: log,
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
  app.server.maxConnections = 10_000
  // Schemas of answers describe; the tests hold every answer against them. Serialising by them would silently drop fields.
  app.setSerializerCompiler(() => JSON.stringify)

  setSecurityHeaders(app)
  answerErrors(app)
  compressAnswers(app)
  await describeApi(app, config)

  await app.register(healthRoutes, { pool, isPrepared })
  await app.register(docsRoutes)
  await app.register(parcelRoutes, { db })
  await app.register(exportRoutes, { db })
  await app.register(themeRoutes, { db })
  await app.register(placeRoutes, { db })
  await app.register(printRoutes, { db })
  await app.register(tileRoutes, { pool, origin: config.origin })
  if (pages) await app.register(handOverPages, { pages })

  const inject = app.inject.bind(app)
  app.addHook('onClose', () => {
    if (Reflect.get(globalThis, INJECT) === inject) Reflect.deleteProperty(globalThis, INJECT)
  })
  await app.ready()
  Reflect.set(globalThis, INJECT, inject)
  return app
}
