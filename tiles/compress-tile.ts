import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Encoding } from '../src/kernel/choose-encoding.ts'

const brotli = promisify(brotliCompress)
const deflate = promisify(gzip)

/** Compress in the thread pool. Levels measured on tiles: the ones above take several times as long for the same size. */
export function compressTile(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'br') {
    return brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
  }
  return encoding === 'gzip' ? deflate(bytes, { level: 6 }) : Promise.resolve(bytes)
}
