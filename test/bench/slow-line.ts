import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A network as a phone has it: all connections share the bandwidth, every exchange costs a round trip. */
export interface LineSpeed {
  bitsPerSecond: number
  roundTripMs: number
}
/** One answer that came over the line: bytes as sent. */
export interface Passage {
  path: string
  contentType: string
  bodyBytes: number
  headBytes: number
  endedAt: number // performance.now() of this process
}
export interface SlowLine {
  origin: string
  passages: Passage[]
  close(): Promise<void>
}

const PIECE = 4096

/**
 * A proxy before the server that is as slow as the line. Emulating at the proxy and not in the browser slows workers as well (they
 * fetch the tiles), and counts what really went over the wire.
 */
export async function openSlowLine(target: string, speed: LineSpeed): Promise<SlowLine> {
  const passages: Passage[] = []
  const seen = new WeakSet<Socket>()
  const { hostname, port } = new URL(target)
  let freeAt = 0 // when the last byte handed out will have crossed

  async function cross(bytes: number) {
    const now = performance.now()
    freeAt = Math.max(freeAt, now) + (bytes * 8000) / speed.bitsPerSecond
    await sleep(freeAt - now)
  }
  async function pass(req: IncomingMessage, res: ServerResponse) {
    const isNew = !seen.has(req.socket)
    seen.add(req.socket)
    await sleep(speed.roundTripMs * (isNew ? 2 : 1)) // a new connection shakes hands first
    const call = forward({ hostname, port, path: req.url, method: req.method, headers: req.headers })
    req.pipe(call)
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    const head = answer.rawHeaders.join('  ').length + 20
    await cross(head)
    res.writeHead(answer.statusCode!, answer.headers)
    let bodyBytes = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE)
        await cross(piece.length)
        res.write(piece)
        bodyBytes += piece.length
      }
    }
    res.end()
    passages.push({
      path: req.url!,
      contentType: answer.headers['content-type'] ?? '',
      bodyBytes,
      headBytes: head,
      endedAt: performance.now(),
    })
  }

  const server = createServer((req, res) => {
    pass(req, res).catch(() => res.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passages,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
