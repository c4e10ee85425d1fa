import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodeTile, packTile } from '../../tiles/pack-tile.ts'
import type { KeptTile } from '../../tiles/store/memory.ts'

const bytes = Buffer.from('کاشی '.repeat(1000))
const rendered = (): KeptTile => ({ fingerprint: 'f', isEmpty: false, gzip: null, plain: bytes, askedAt: 0, asks: 0 })

test('what is packed can be read again, from the rendering and from what is kept of it', async () => {
  const tile = rendered()
  expect(encodeTile(tile, 'identity')).toBe(bytes) // at once
  expect(brotliDecompressSync(await encodeTile(tile, 'br'))).toEqual(bytes)
  expect(gunzipSync(await encodeTile(tile, 'gzip'))).toEqual(bytes)
  expect(tile.plain).toBeNull()
  expect(await encodeTile(tile, 'identity')).toEqual(bytes)
  const kept: KeptTile = { ...rendered(), gzip: tile.gzip, plain: null }
  expect(brotliDecompressSync(await encodeTile(kept, 'br'))).toEqual(bytes)
})

test('each encoding is made once, whoever asks', async () => {
  const tile = rendered()
  const [first, second] = await Promise.all([packTile(tile), packTile(tile)])
  expect(first).toBe(second)
  expect(encodeTile(tile, 'gzip')).toBe(first)
  expect(await encodeTile(tile, 'br')).toBe(await encodeTile(tile, 'br'))
})
