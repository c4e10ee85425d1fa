import { LogController, type FastifyInstance } from 'fastify'
import { pathOf, type Log } from '../kernel/log.ts'
import { findRequestId, runForRequest } from '../kernel/request-context.ts'

/** For Fastify's `logController`: one line per request, once it has been answered, instead of two that repeat each other. */
export function createRequestLog(): LogController {
  return Object.assign(new LogController(), {
    incomingRequest() {},
    requestCompleted(...[error, request, reply]: Parameters<LogController['requestCompleted']>) {
      const log = request.log as Log
      if (!log.isLevelEnabled('info')) return
      const line = {
        method: request.method,
        path: pathOf(request.url),
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 100) / 100,
      }
      if (error) log.warn({ ...line, err: error }, 'answer broken off')
      else log.info(line, 'request')
    },
  })
}

/** Whatever a request sets off knows its id (`findRequestId`): a slow query's line in the log says whose it was. */
export function nameRequests(app: FastifyInstance) {
  app.addHook('onRequest', (request, _reply, done) => runForRequest(request.id, done))
  // A body arrives in events of the connection, which know nothing of requests.
  app.addHook('preValidation', (request, _reply, done) => {
    if (findRequestId() === request.id) done()
    else runForRequest(request.id, done)
  })
}
