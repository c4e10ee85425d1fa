import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * Ask for one address again and again over kept connections, each as soon as the answer before is there. A bare socket: a whole
 * HTTP client costs more than the answer, and would make every server look alike.
 * @returns microseconds: of each answer at the middle, and of the whole divided by the requests
 */
export async function hammer(url: string, connections: number, requests: number): Promise<{ medianUs: number; meanUs: number }> {
  const { hostname, port, host, pathname, search } = new URL(url)
  const head = Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\naccept-encoding: gzip\r\n\r\n`)
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true })
      await once(socket, 'connect')
      return socket
    }),
  )
  const times: number[] = []
  let left = requests
  const startedAt = performance.now()
  try {
    await Promise.all(
      sockets.map(async (socket) => {
        while (left-- > 0) {
          const askedAt = performance.now()
          await ask(socket, head)
          times.push(performance.now() - askedAt)
        }
      }),
    )
    const tookMs = performance.now() - startedAt
    times.sort((a, b) => a - b)
    return { medianUs: times[Math.floor(times.length / 2)]! * 1000, meanUs: (tookMs / requests) * 1000 }
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

/** One exchange: the answer is complete when its announced bytes have come. */
function ask(socket: Socket, head: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let expected = -1
    let received = 0
    const finish = (error?: Error) => {
      socket.off('data', take).off('error', finish).off('close', close)
      if (error) reject(error)
      else resolve()
    }
    const close = () => finish(new Error('the server closed the connection'))
    const take = (chunk: Buffer) => {
      received += chunk.length
      if (expected < 0) {
        const end = chunk.indexOf('\r\n\r\n')
        if (end < 0) return finish(new Error('the head of an answer came in pieces'))
        const text = chunk.toString('latin1', 0, end)
        const length = /^content-length: (\d+)$/im.exec(text)?.[1]
        if (!text.startsWith('HTTP/1.1 200') || length === undefined)
          return finish(new Error(`an answer of another kind: ${text}`))
        expected = end + 4 + Number(length)
      }
      if (received >= expected) finish()
    }
    socket.on('data', take).on('error', finish).on('close', close)
    socket.write(head)
  })
}
