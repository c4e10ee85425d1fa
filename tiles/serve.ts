import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { chooseEncoding, type Encoding } from '../src/kernel/choose-encoding.ts'
import { Problem } from '../src/kernel/problem.ts'
import type { Audience } from '../src/people/access/types.ts'
import { readTileAddress, type TileAddress } from './address.ts'
import { CATALOGUE, type TileSet } from './catalogue.ts'
import { compressTile } from './compress-tile.ts'
import { openFlights } from './flights.ts'
import { openRenderer, type RendererOptions } from './render.ts'
import { tileRouteSchema, tileJsonRouteSchema } from './route-schemas.ts'
import { describeTileSet, findExtent } from './tilejson.ts'

export interface TileRouteOptions extends RendererOptions {
  pool: pg.Pool
  /** The public address, for the absolute address of tiles; without it, the one the request came to. */
  origin?: string
  /** Who asks. Until accounts exist: the public. */
  audienceOf?: (request: FastifyRequest) => Audience
  catalogue?: readonly TileSet[]
}

/** A rendered tile, shared by everyone who waited for it; each encoding is made once, when first asked for. */
interface Tile {
  bytes: Buffer
  /** Of the bytes and of everything else the answer depends on. */
  fingerprint: string
  packed: Map<Encoding, Promise<Buffer>>
}

const SUFFIX = { identity: '', gzip: '-gz', br: '-br' } as const

/** `GET /tiles/{set}.json` and `GET /tiles/{set}/{z}/{x}/{y}.mvt`. */
export async function tileRoutes(app: FastifyInstance, options: TileRouteOptions) {
  const { pool, origin, audienceOf = () => 'public', catalogue = CATALOGUE } = options
  const renderer = openRenderer(pool, options)
  const flights = openFlights<Tile>()
  app.addHook('onClose', () => renderer.close())

  app.get<{ Params: { set: string } }>('/tiles/:set.json', { schema: tileJsonRouteSchema }, async (request, reply) => {
    const audience = audienceOf(request)
    const set = findSet(catalogue, request.params.set)
    const body = JSON.stringify(
      describeTileSet(set, audience, origin ?? `${request.protocol}://${request.host}`, await findExtent(pool)),
    )
    const etag = `W/"${fingerprintOf(audience, body)}"`
    setCaching(reply, audience, etag)
    if (isHeld(request, etag)) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(body)
  })

  app.get<{ Params: { set: string; z: string; x: string; y: string } }>(
    '/tiles/:set/:z/:x/:y.mvt',
    { schema: tileRouteSchema },
    async (request, reply) => {
      const audience = audienceOf(request) // before anything that could answer from what someone else was shown
      const set = findSet(catalogue, request.params.set)
      const address = readAddress(request.params)
      const gone = watchForLeaving(reply)
      try {
        const key = `${set.id} ${audience} ${address.z}/${address.x}/${address.y}`
        const tile = await flights.join(key, gone, (signal) => makeTile(set, audience, address, signal))
        return await sendTile(request, reply, tile, audience)
      } catch (error) {
        if (gone.aborted) return reply.hijack() // nobody is there to be told
        throw error
      }
    },
  )

  async function makeTile(set: TileSet, audience: Audience, address: TileAddress, signal: AbortSignal): Promise<Tile> {
    const bytes = await renderer.render(set, audience, address, signal)
    return { bytes, fingerprint: fingerprintOf(`${set.id} ${set.version} ${audience}`, bytes), packed: new Map() }
  }
}

async function sendTile(request: FastifyRequest, reply: FastifyReply, tile: Tile, audience: Audience) {
  const isEmpty = tile.bytes.length === 0
  const encoding = isEmpty ? 'identity' : chooseEncoding(request.headers['accept-encoding'])
  // A strong tag names bytes, so each encoding has its own.
  const etag = `"${tile.fingerprint}${SUFFIX[encoding]}"`
  setCaching(reply, audience, etag)
  reply.header('vary', 'Accept-Encoding')
  if (isHeld(request, etag)) return reply.code(304).send()
  if (isEmpty) return reply.code(204).send()
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  let packed = tile.packed.get(encoding)
  if (!packed) tile.packed.set(encoding, (packed = compressTile(tile.bytes, encoding)))
  return reply.type('application/vnd.mapbox-vector-tile').send(await packed)
}

/** Kept by the browser but asked about every time: the tag makes the answer a 304 of no size while nothing has changed. */
function setCaching(reply: FastifyReply, audience: Audience, etag: string) {
  reply
    .header('etag', etag)
    .header('cache-control', `${audience === 'public' ? 'public' : 'private'}, max-age=0, must-revalidate`)
}

/** Whether the client says it already holds what `etag` names (RFC 9110, 13.1.2: compared weakly). */
function isHeld(request: FastifyRequest, etag: string): boolean {
  const held = request.headers['if-none-match']
  if (!held) return false
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return held.trim() === '*' || held.split(',').some((tag) => opaque(tag) === opaque(etag))
}

function fingerprintOf(circumstances: string, bytes: string | Buffer): string {
  return createHash('sha256').update(`${circumstances}\n`).update(bytes).digest('base64url').slice(0, 22)
}

/** Aborts when the client closes its connection before it has been answered. */
function watchForLeaving(reply: FastifyReply): AbortSignal {
  const leaving = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) leaving.abort(new Error('the client left'))
  })
  return leaving.signal
}

function findSet(catalogue: readonly TileSet[], id: string): TileSet {
  const set = catalogue.find((candidate) => candidate.id === id)
  if (set) return set
  const known = catalogue.map((candidate) => candidate.id).join(', ')
  throw new Problem('tile-not-found', [
    { fa: `چنین مجموعه‌ای از کاشی‌ها نیست؛ مجموعه‌ها: ${known}.`, en: `There is no such tile set; there are: ${known}.` },
  ])
}

function readAddress({ z, x, y }: { z: string; x: string; y: string }): TileAddress {
  const reading = readTileAddress(z, x, y)
  if (!('refusal' in reading)) return reading
  throw new Problem(reading.refusal === 'nonsense' ? 'bad-tile-address' : 'tile-not-found', [{ fa: reading.fa, en: reading.en }])
}
