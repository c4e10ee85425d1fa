import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import { chooseEncoding } from '../kernel/choose-encoding.ts'

/** Smaller answers gain nothing. */
const WORTH_BYTES = 1400

/**
 * Compresses a page or its data for the way to the browser. Every piece is flushed as it comes, so that answers that follow the
 * page (the sheet's themes) still follow it. Anything else passes as it is.
 */
export function compressPage(response: Response, accepted: string | null): Response {
  const type = response.headers.get('content-type') ?? ''
  const length = Number(response.headers.get('content-length') ?? Infinity)
  if (!response.body || !/^(text\/html|application\/json|text\/sveltekit-data)/.test(type) || length < WORTH_BYTES)
    return response
  if (response.headers.has('content-encoding')) return response
  const headers = new Headers(response.headers)
  headers.append('vary', 'accept-encoding')
  const encoding = chooseEncoding(accepted)
  if (encoding === 'identity')
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
  const compress =
    encoding === 'br'
      ? createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH, params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
      : createGzip({ flush: constants.Z_SYNC_FLUSH, level: 5 })
  const source = Readable.fromWeb(response.body as ReadableStream)
  // A reader who goes away ends the rendering too; the error has nobody to tell.
  source.on('error', () => compress.destroy())
  const body = Readable.toWeb(source.pipe(compress)) as unknown as BodyInit
  headers.set('content-encoding', encoding)
  headers.delete('content-length')
  return new Response(body, { status: response.status, statusText: response.statusText, headers })
}
