import { Histogram } from '@prometheus-io/client'
import type { FastifyInstance } from 'fastify'
import { problemAnswers } from '../kernel/json-schema.ts'
import { SECONDS, type Metrics } from '../kernel/metrics.ts'
import { requireAdminToken } from '../people/access/admin-token.ts'

/**
 * Count and time every request by its route's template, never by its address: nobody's request can make a new series. Requests
 * that no route knows are one; streams of events last as long as the page is open and are timed until they end.
 */
export function measureRequests(app: FastifyInstance, metrics: Metrics) {
  const durations = new Histogram({
    name: 'barzan_http_request_seconds',
    help: 'Time from a request arriving to its answer being handed over, by route and class of status.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [metrics],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url
    const status = `${Math.floor(reply.statusCode / 100)}xx`
    const labels = route === undefined ? { method: 'any', route: 'none', status } : { method: request.method, route, status }
    durations.observe(labels, reply.elapsedTime / 1000)
    done()
  })
}

/** `GET /metrics` in the text format of Prometheus, for who shows the administrator token. */
export async function metricsRoutes(
  app: FastifyInstance,
  { metrics, adminToken }: { metrics: Metrics; adminToken: string | null },
) {
  app.get(
    '/metrics',
    {
      onRequest: requireAdminToken(adminToken),
      schema: {
        tags: ['health'],
        summary: 'What the process measures, for Prometheus; needs the administrator token',
        response: {
          200: { description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } },
          ...problemAnswers(401),
        },
      },
    },
    async (_request, reply) => {
      const text = await metrics.metrics()
      return reply.header('cache-control', 'no-store').type(metrics.contentType).send(Buffer.from(text))
    },
  )
}
