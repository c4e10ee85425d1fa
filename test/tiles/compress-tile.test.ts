import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compressTile } from '../../tiles/compress-tile.ts'

test('what is compressed can be read again', async () => {
  const bytes = Buffer.from('کاشی '.repeat(1000))
  expect(gunzipSync(await compressTile(bytes, 'gzip'))).toEqual(bytes)
  expect(brotliDecompressSync(await compressTile(bytes, 'br'))).toEqual(bytes)
  expect(await compressTile(bytes, 'identity')).toBe(bytes)
})
