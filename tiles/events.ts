import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readBbox } from '../src/kernel/bbox.ts'
import { Problem } from '../src/kernel/problem.ts'
import type { Audience } from '../src/people/access/types.ts'
import { CATALOGUE, type TileSet } from './catalogue.ts'
import type { ChangeFeed } from './change-feed.ts'
import { openEventStreams, type EventStreamOptions, type EventStreams } from './event-streams.ts'
import { eventRouteSchema } from './route-schemas.ts'

/** The server must accept more connections than this, so that maps and pages are answered while every stream is taken. */
export const MOST_STREAMS = 10_000

export interface EventRouteOptions extends Partial<Omit<EventStreamOptions, 'feed'>> {
  feed: ChangeFeed
  /** Who asks. Until accounts exist: the public. */
  audienceOf?: (request: FastifyRequest) => Audience
}

interface EventQuery {
  sets: string
  bbox?: string
  since?: string
}

/** `GET /events?sets=land[,plan,…][&bbox=w,s,e,n][&since=id]`: what changes on open maps, as server-sent events. */
export async function eventRoutes(app: FastifyInstance, options: EventRouteOptions) {
  const { feed, audienceOf = () => 'public', catalogue = CATALOGUE } = options
  const streams: EventStreams = openEventStreams({
    feed,
    catalogue,
    mostOpen: options.mostOpen ?? MOST_STREAMS,
    mostUnsentBytes: options.mostUnsentBytes ?? 256 * 1024,
    beatMs: options.beatMs ?? 20_000,
  })
  const refuseWhenFull = () => {
    if (streams.count() >= (options.mostOpen ?? MOST_STREAMS)) throw new Problem('busy', [TOO_MANY])
  }
  // Before the server waits for its connections to end: these never end by themselves.
  app.addHook('preClose', async () => streams.close())

  app.get<{ Querystring: EventQuery }>(
    '/events',
    { schema: eventRouteSchema, exposeHeadRoute: false },
    async (request, reply) => {
      const { query } = request
      const viewer = {
        audience: audienceOf(request),
        sets: readSets(query.sets, catalogue),
        bbox: query.bbox === undefined ? null : readBbox(query.bbox),
      }
      // What a browser sends by itself when it comes back is newer than the address it began with.
      const since = readLastEventId(request) ?? query.since ?? null
      refuseWhenFull()
      // The last event may have come from a process that was ahead of this one. When the database is away there is nothing to catch up on.
      await feed.catchUp().catch(() => undefined)
      if (!feed.standing()) throw new Problem('not-ready')
      refuseWhenFull()
      reply.hijack()
      if (!streams.open(reply.raw, viewer, since, { ...(reply.getHeaders() as Record<string, string>) })) reply.raw.destroy()
    },
  )
}

function readSets(text: string, catalogue: readonly TileSet[]): string[] {
  const asked = [...new Set(text.split(',').map((id) => id.trim()))].sort()
  if (asked.every((id) => catalogue.some((set) => set.id === id))) return asked
  const known = catalogue.map((set) => set.id).join(', ')
  throw new Problem('bad-request', [
    {
      at: 'sets',
      fa: `sets نام مجموعه‌های کاشی با ویرگول است، مانند land,plan؛ مجموعه‌ها: ${known}.`,
      en: `sets is names of tile sets with commas, like land,plan; there are: ${known}.`,
    },
  ])
}

function readLastEventId(request: FastifyRequest): string | null {
  const id = request.headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : null
}

const TOO_MANY = {
  fa: 'نقشه‌های زندهٔ باز بیش از توان این سرور است؛ چند لحظه دیگر دوباره بخواهید.',
  en: 'As many live maps are open as this server can keep; ask again in a moment.',
}
