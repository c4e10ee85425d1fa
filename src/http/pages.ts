import type { FastifyInstance } from 'fastify'
import { existsSync, readFileSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { ViteDevServer } from 'vite'
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

/** Pages of the process: `attach` once it listens, `close` at its end. */
export interface Pages {
  handler: PageHandler
  attach(server: Server): Promise<void>
  close(): Promise<void>
}

/** The production build, or with BARZAN_DEV=1 Vite, which compiles pages as they are asked for and reloads them. */
export async function openPages(config: Config): Promise<Pages> {
  return process.env.BARZAN_DEV === '1' ? openPagesInDevelopment() : await openBuiltPages(config)
}

async function openBuiltPages(config: Config): Promise<Pages> {
  // adapter-node reads these once, when its module is loaded (prefix: svelte.config.js).
  process.env.BARZAN_KIT_ORIGIN = config.origin
  process.env.BARZAN_KIT_BODY_SIZE_LIMIT ??= '1M'
  const builds = new URL('../../build/', import.meta.url)
  const current = new URL('current', builds)
  if (!existsSync(current)) throw new Error('the pages have not been built; npm start does it')
  const build = new URL(`${readFileSync(current, 'utf8')}/`, builds)
  const { handler } = (await import(new URL('handler.js', build).href)) as { handler: PageHandler }
  // Later builds leave alone what was touched of late (src/setup/build-pages.mjs).
  const touch = () => void utimes(new URL('.complete', build), new Date(), new Date()).catch(() => undefined)
  touch()
  const touching = setInterval(touch, 3_600_000).unref()
  return { handler, attach: async () => undefined, close: async () => clearInterval(touching) }
}

/** Hot reload on the same port: Vite needs the listening server, which needs the handler first. */
function openPagesInDevelopment(): Pages {
  let vite: ViteDevServer | null = null
  return {
    handler(req, res, next) {
      if (vite) return vite.middlewares(req, res, next)
      res.writeHead(503, { 'retry-after': '1' }).end()
    },
    async attach(server) {
      const { createServer } = await import('vite')
      // Natively: Vite's own loader writes a file that `node --watch` would take for a change of ours.
      vite = await createServer({ configLoader: 'native', server: { middlewareMode: true, hmr: { server } }, appType: 'custom' })
    },
    async close() {
      await vite?.close()
    },
  }
}
