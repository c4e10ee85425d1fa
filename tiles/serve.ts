import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { createDb } from '../db/connect.ts'
import type { Reads } from '../db/reads.ts'
import { chooseEncoding, type Encoding } from '../src/kernel/choose-encoding.ts'
import { isDatabaseGone } from '../src/kernel/database-errors.ts'
import { Problem } from '../src/kernel/problem.ts'
import type { Audience } from '../src/people/access/types.ts'
import { readTileAddress, type TileAddress } from './address.ts'
import { findCacheDeadline } from './cache-deadline.ts'
import { CATALOGUE, type TileSet } from './catalogue.ts'
import type { ChangeFeed } from './change-feed.ts'
import { openTiles, type FoundTile, type Tiles, type TilesOptions } from './find-tile.ts'
import { encodeTile } from './pack-tile.ts'
import { tileRouteSchema, tileJsonRouteSchema } from './route-schemas.ts'
import type { KeptTile } from './store/memory.ts'
import { UNMEASURED, type TileRefusal } from './tile-metrics.ts'
import { describeTileSet, findExtent } from './tilejson.ts'

export interface TileRouteOptions extends Partial<TilesOptions> {
  pool: pg.Pool
  /** Where a request reads what is no tile; by default the primary. */
  reads?: Pick<Reads, 'of'>
  /** The public address, for the absolute address of tiles; without it, the one the request came to. */
  origin?: string
  /** Who asks. Until accounts exist: the public. */
  audienceOf?: (request: FastifyRequest) => Audience
  /** Tiles opened elsewhere and closed there; without them, they are opened here. */
  tiles?: Tiles
}

type TileParams = { set: string; z: string; x: string; y: string }

const TILE_TYPE = 'application/vnd.mapbox-vector-tile'

const SUFFIX = { identity: '', gzip: '-gz', br: '-br' } as const
/** Gzip first: it is what is kept. */
export const OFFERED: readonly Encoding[] = ['gzip', 'br']

/** `GET /tiles/{set}.json` and `GET /tiles/{set}/{z}/{x}/{y}.mvt`. */
export async function tileRoutes(app: FastifyInstance, options: TileRouteOptions) {
  const { pool, origin, audienceOf = () => 'public', catalogue = CATALOGUE, feed = null, metrics = UNMEASURED } = options
  const db = createDb(pool)
  const tiles = options.tiles ?? openTiles(pool, { ...options, catalogue })
  if (!options.tiles) app.addHook('onClose', () => tiles.close())
  const { reads = { of: () => db } } = options
  const sets = new Map(catalogue.map((set) => [set.id, set]))

  app.get<{ Params: { set: string } }>('/tiles/:set.json', { schema: tileJsonRouteSchema }, async (request, reply) => {
    const audience = audienceOf(request)
    const set = findSet(sets, request.params.set)
    const body = JSON.stringify(
      describeTileSet(set, audience, origin ?? `${request.protocol}://${request.host}`, await findExtent(reads.of(request))),
    )
    const etag = `W/"${createHash('sha256').update(`${audience}\n${body}`).digest('base64url').slice(0, 22)}"`
    setCaching(reply, audience, etag)
    if (isHeld(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(body)
  })

  app.get<{ Params: TileParams; Querystring: { v?: number } }>(
    '/tiles/:set/:z/:x/:y.mvt',
    { schema: tileRouteSchema },
    (request, reply) => {
      const askedAt = performance.now()
      const audience = audienceOf(request) // before anything that could answer from what someone else was shown
      const set = findSet(sets, request.params.set)
      const address = readAddress(request.params)
      const found = isAwaited(feed, request.query.v) ? null : tiles.peek({ set, audience, address })
      if (found) return answer(request, reply, set, audience, address, found, askedAt)
      return search(request, reply, set, audience, address, askedAt)
    },
  )

  async function search(
    request: FastifyRequest<{ Querystring: { v?: number } }>,
    reply: FastifyReply,
    set: TileSet,
    audience: Audience,
    address: TileAddress,
    askedAt: number,
  ) {
    const gone = watchForLeaving(reply)
    try {
      if (isAwaited(feed, request.query.v)) await feed!.catchUp()
      const found = await tiles.find({ set, audience, address }, gone)
      return await answer(request, reply, set, audience, address, found, askedAt)
    } catch (error) {
      metrics.refused(nameRefusal(error, gone))
      if (gone.aborted) return reply.hijack() // nobody is there to be told
      throw error
    }
  }

  function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    set: TileSet,
    audience: Audience,
    address: TileAddress,
    { tile, source }: FoundTile,
    askedAt: number,
  ) {
    const sent = sendTile(request, reply, tile, audience)
    metrics.answered(set.id, address.z, source, (performance.now() - askedAt) / 1000)
    return sent
  }
}

/** Whether the asker knows of a change that has not come to this process. */
function isAwaited(feed: ChangeFeed | null, version: number | undefined): boolean {
  return version !== undefined && feed !== null && !feed.knows(version)
}

function sendTile(request: FastifyRequest, reply: FastifyReply, tile: KeptTile, audience: Audience) {
  const encoding = tile.isEmpty ? 'identity' : chooseEncoding(request.headers['accept-encoding'], OFFERED)
  // A strong tag names bytes, so each encoding has its own.
  const etag = `"${tile.fingerprint}${SUFFIX[encoding]}"`
  setCaching(reply, audience, etag)
  reply.header('vary', 'Accept-Encoding')
  if (isHeld(request.headers['if-none-match'], etag)) return reply.code(304).send()
  if (tile.isEmpty) return reply.code(204).send()
  reply.type(TILE_TYPE)
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  const bytes = encodeTile(tile, encoding)
  return Buffer.isBuffer(bytes) ? reply.send(bytes) : bytes.then((made) => reply.send(made))
}

/**
 * Kept by the browser but asked about every time: the tag makes the answer a 304 of no size while nothing has changed. A cache of
 * ours in front may answer for less than a second without asking; it is told when a tile changes.
 */
function setCaching(reply: FastifyReply, audience: Audience, etag: string) {
  reply.header('etag', etag)
  if (audience !== 'public') return reply.header('cache-control', 'private, max-age=0, must-revalidate')
  return reply.header('cache-control', PUBLIC_CACHING).header('x-accel-expires', findCacheDeadline(Date.now()))
}

const PUBLIC_CACHING = 'public, max-age=0, must-revalidate'
const PUBLIC_HEAD = ['cache-control', PUBLIC_CACHING, 'vary', 'Accept-Encoding', 'content-type', TILE_TYPE]

/** The tag of a public tile in gzip, and the fields that go with it, names and values in turn. */
export function describeKept({ fingerprint }: KeptTile): { etag: string; head: string[] } {
  const etag = `"${fingerprint}${SUFFIX.gzip}"`
  return { etag, head: ['etag', etag, 'x-accel-expires', findCacheDeadline(Date.now()), ...PUBLIC_HEAD] }
}

/** Whether the client says it already holds what `etag` names (RFC 9110, 13.1.2: compared weakly). */
export function isHeld(held: string | undefined, etag: string): boolean {
  if (!held) return false
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return held.trim() === '*' || held.split(',').some((tag) => opaque(tag) === opaque(etag))
}

/** Aborts when the client closes its connection before it has been answered. */
function watchForLeaving(reply: FastifyReply): AbortSignal {
  const leaving = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) leaving.abort(new Error('the client left'))
  })
  return leaving.signal
}

function nameRefusal(error: unknown, gone: AbortSignal): TileRefusal {
  if (gone.aborted) return 'left'
  if (error instanceof Problem && error.code === 'busy') return 'busy'
  if (isDatabaseGone(error)) return 'database'
  return (error as { code?: string }).code === '57014' ? 'too-slow' : 'failed' // query_canceled
}

function findSet(sets: ReadonlyMap<string, TileSet>, id: string): TileSet {
  const set = sets.get(id)
  if (set) return set
  const known = [...sets.keys()].join(', ')
  throw new Problem('tile-not-found', [
    { fa: `چنین مجموعه‌ای از کاشی‌ها نیست؛ مجموعه‌ها: ${known}.`, en: `There is no such tile set; there are: ${known}.` },
  ])
}

function readAddress({ z, x, y }: { z: string; x: string; y: string }): TileAddress {
  const reading = readTileAddress(z, x, y)
  if (!('refusal' in reading)) return reading
  throw new Problem(reading.refusal === 'nonsense' ? 'bad-tile-address' : 'tile-not-found', [{ fa: reading.fa, en: reading.en }])
}
