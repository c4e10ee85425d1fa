import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compressPage } from '#src/http/compress-page.ts'

const page = (text: string, type = 'text/html; charset=utf-8') => new Response(text, { headers: { 'content-type': type } })
const long = 'شهر روی نقشه '.repeat(400)

test('a page goes out compressed and comes back the same', async () => {
  const brotli = compressPage(page(long), 'gzip, deflate, br')
  expect(brotli.headers.get('content-encoding')).toBe('br')
  expect(brotli.headers.get('vary')).toContain('accept-encoding')
  expect(brotliDecompressSync(await brotli.arrayBuffer()).toString()).toBe(long)
  const gzip = compressPage(page(long), 'gzip')
  expect(gunzipSync(await gzip.arrayBuffer()).toString()).toBe(long)
})

test('plain for who cannot read it, for pictures, and for what is small', async () => {
  expect(compressPage(page(long), null).headers.has('content-encoding')).toBe(false)
  expect(await compressPage(page(long), 'identity').text()).toBe(long)
  expect(compressPage(page(long, 'image/png'), 'br').headers.has('content-encoding')).toBe(false)
  const small = new Response('x', { headers: { 'content-type': 'text/html', 'content-length': '1' } })
  expect(compressPage(small, 'br')).toBe(small)
})

test('each piece arrives when it is written, not at the end', async () => {
  let finish = () => undefined as void
  const later = new Promise<void>((resolve) => (finish = resolve))
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode(long))
      await later
      controller.enqueue(new TextEncoder().encode('end'))
      controller.close()
    },
  })
  const reader = compressPage(new Response(body, { headers: { 'content-type': 'text/html' } }), 'br').body!.getReader()
  expect((await reader.read()).value!.length).toBeGreaterThan(10)
  finish()
  let isDone = false
  while (!isDone) isDone = (await reader.read()).done
})
