import type { Handle, HandleFetch } from '@sveltejs/kit'
import { paraglideMiddleware } from '#src/ui/paraglide/server.js'

/** What `app.inject` of Fastify answers, as far as it is used here. */
interface Injected {
  statusCode: number
  headers: Record<string, string | string[] | number | undefined>
  rawPayload: Uint8Array<ArrayBuffer>
}
type Inject = (request: { method: string; url: string; headers: Record<string, string>; payload?: Buffer }) => Promise<Injected>

/** Language and direction by the address, theme by the cookie, both in the first byte of the page: nothing flashes. */
export const handle: Handle = ({ event, resolve }) =>
  paraglideMiddleware(event.request, ({ request, locale }) => {
    event.request = request
    const theme = event.cookies.get('theme') === 'dark' ? 'dark' : 'light'
    return resolve(event, {
      transformPageChunk: ({ html }) =>
        html.replace('%barzan.lang%', locale).replace('%barzan.dir%', locale === 'fa' ? 'rtl' : 'ltr').replace('%barzan.theme%', theme),
      preload: ({ type }) => type !== 'asset',
      filterSerializedResponseHeaders: (name) => name === 'content-type',
    })
  })

/**
 * Pages ask the HTTP API like anyone else; during server rendering the request is answered inside this process. The way in
 * hangs on globalThis, because the bundle has its own copies of modules.
 */
export const handleFetch: HandleFetch = async ({ event, request, fetch }) => {
  const url = new URL(request.url)
  const inject = (globalThis as Record<symbol, unknown>)[Symbol.for('barzan.inject')] as Inject | undefined
  if (!inject || url.origin !== event.url.origin || !url.pathname.startsWith('/api/')) return fetch(request)
  const payload = request.body ? Buffer.from(await request.arrayBuffer()) : undefined
  const answer = await inject({
    method: request.method,
    url: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    ...(payload && { payload }),
  })
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) if (value !== undefined) headers.set(name, String(value))
  const hasBody = answer.statusCode !== 204 && answer.statusCode !== 304
  return new Response(hasBody ? answer.rawPayload : null, { status: answer.statusCode, headers })
}
