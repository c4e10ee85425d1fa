import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Config } from '../kernel/config.ts'

/** Takes a raw request, as adapter-node's handler and Vite's middlewares do; `next` is for what neither knows. */
export type PageHandler = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void

/** Everything that is no route of ours belongs to SvelteKit: bodies unread, reply handed over. */
export async function handOverPages(app: FastifyInstance, { pages }: { pages: PageHandler }) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/*',
    schema: { hide: true },
    handler(request, reply) {
      if (/^\/(api|tiles|events)(\/|$|\?)/.test(request.url)) return reply.callNotFound()
      reply.hijack()
      pages(request.raw, reply.raw, (error) => {
        if (error) request.log.error({ err: error }, 'page failed')
        if (reply.raw.headersSent) return void reply.raw.end()
        reply.raw.writeHead(error ? 500 : 404, { 'content-type': 'text/plain; charset=utf-8' })
        reply.raw.end(error ? 'خطایی رخ داد. Something went wrong.' : 'چیزی در این نشانی نیست. There is nothing at this address.')
      })
    },
  })
}

/** The production build, or null when it has not been made. */
export async function openBuiltPages(config: Config): Promise<PageHandler> {
  // adapter-node reads these once, when its module is loaded (prefix: svelte.config.js).
  process.env.BARZAN_KIT_ORIGIN = config.origin
  process.env.BARZAN_KIT_BODY_SIZE_LIMIT ??= '1M'
  const built = new URL('../../build/handler.js', import.meta.url).href
  const { handler } = (await import(built)) as { handler: PageHandler }
  return handler
}

/** Daily work: Vite compiles pages as they are asked for and reloads them, on the same port. */
export async function openPagesInDevelopment(server: Server): Promise<{ pages: PageHandler; close(): Promise<void> }> {
  const { createServer } = await import('vite')
  const vite = await createServer({ server: { middlewareMode: true, hmr: { server } }, appType: 'custom' })
  return { pages: vite.middlewares as PageHandler, close: () => vite.close() }
}
