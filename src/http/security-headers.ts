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

const NAMES = Object.keys(HEADERS) as (keyof typeof HEADERS)[]

/** Data has nothing to run and nothing to frame. Pages bring their own policy with nonces (svelte.config.js). */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** Headers of data that is answered without Fastify's own. */
export const DATA_HEADERS: Readonly<Record<string, string>> = { ...HEADERS, 'content-security-policy': DATA_POLICY }

const IS_DATA = /^\/(api|tiles|healthz|readyz|metrics|events)(\/|$|\?)/

export function setSecurityHeaders(app: FastifyInstance) {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(HEADERS).header('x-request-id', request.id)
    if (IS_DATA.test(request.url)) reply.header('content-security-policy', DATA_POLICY)
    // A page's reply is handed over and never sees Fastify's own headers.
    else for (const name of NAMES) reply.raw.setHeader(name, HEADERS[name])
    done()
  })
}
