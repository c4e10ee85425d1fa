import { promisify } from 'node:util'
import { brotliCompress, constants, gunzip, gzip } from 'node:zlib'
import type { Encoding } from '../src/kernel/choose-encoding.ts'
import type { KeptTile } from './store/memory.ts'

const brotli = promisify(brotliCompress)
const deflate = promisify(gzip)
const inflate = promisify<Buffer, Buffer>(gunzip)

/** A tile in one encoding: at once where it is there, made once and for all who ask where it is not. */
export function encodeTile(tile: KeptTile, encoding: Encoding): Buffer | Promise<Buffer> {
  if (encoding === 'gzip') return tile.gzip ?? packTile(tile)
  if (encoding === 'identity') return tile.plain ?? inflate(tile.gzip!)
  return (tile.brotli ??= Promise.resolve(tile.plain ?? inflate(tile.gzip!)).then(compressBrotli))
}

/** Compress in the thread pool. Levels measured on tiles: the ones above take several times as long for the same size. */
export function packTile(tile: KeptTile): Promise<Buffer> {
  if (tile.gzip) return Promise.resolve(tile.gzip)
  // In one piece: the default of 16 kB at a time makes several buffers and joins them.
  tile.packing ??= deflate(tile.plain!, { level: 6, chunkSize: Math.max(1024, tile.plain!.length) }).then((bytes) => {
    tile.gzip = bytes
    tile.plain = null
    return bytes
  })
  return tile.packing
}

function compressBrotli(bytes: Buffer): Promise<Buffer> {
  return brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
}
