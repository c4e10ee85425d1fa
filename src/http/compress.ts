import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { chooseEncoding } from '../kernel/choose-encoding.ts'

const brotli = promisify(brotliCompress)
const deflate = promisify(gzip)

/** Below this many bytes the header costs more than compression saves. */
const LEAST_BYTES = 1024

/** Compress JSON answers of the API in the thread pool; tiles and files choose their own encoding. */
export function compressAnswers(app: FastifyInstance) {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length < LEAST_BYTES || reply.hasHeader('content-encoding'))
      return done(null, payload)
    compress(request, reply, payload).then((packed) => done(null, packed), done)
  })
}

async function compress(request: FastifyRequest, reply: FastifyReply, payload: string): Promise<string | Buffer> {
  reply.header('vary', 'Accept-Encoding')
  const encoding = chooseEncoding(request.headers['accept-encoding'])
  if (encoding === 'identity') return payload
  const bytes = Buffer.from(payload)
  const packed =
    encoding === 'br'
      ? await brotli(bytes, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
        })
      : await deflate(bytes, { level: 1 })
  reply.header('content-encoding', encoding).removeHeader('content-length')
  return packed
}
