import type { FastifyInstance } from 'fastify'

/** Headers of every answer, pages included: `onSend` hooks do not run for pages, so they are set as the request arrives. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'geolocation=(self), camera=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Data has nothing to run and nothing to frame. Pages bring their own policy with nonces (svelte.config.js). */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

export function setSecurityHeaders(app: FastifyInstance) {
  app.addHook('onRequest', (request, reply, done) => {
    // On the raw answer as well: a hijacked reply (pages) never sees Fastify's own headers.
    for (const [name, value] of Object.entries(HEADERS)) {
      reply.header(name, value)
      reply.raw.setHeader(name, value)
    }
    reply.header('x-request-id', request.id)
    if (/^\/(api|tiles|healthz|readyz|metrics|events)(\/|$|\?)/.test(request.url))
      reply.header('content-security-policy', DATA_POLICY)
    done()
  })
}
