import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MOST_STREAMS } from '#tiles/events.ts'

// As many open maps as a process takes, with real sockets against a server in a process of its own.
let server: ChildProcess
let origin: URL
const sockets: Socket[] = []

beforeAll(async () => {
  server = spawn(process.execPath, ['--expose-gc', 'test/tiles/serve-events.ts'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(server.stdout!, 'data')) as [Buffer]
  origin = new URL(line.toString().trim())
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  server.kill()
  await once(server, 'exit')
})

it(`${MOST_STREAMS} streams: all hear, one more is refused, others are answered, and the memory is bounded`, async ({ skip }) => {
  const { userLimits } = process.report.getReport() as { userLimits: { open_files: { hard: string | number } } }
  const files = Number(userLimits.open_files.hard)
  if (files < MOST_STREAMS + 1_000) skip(`this machine lets a process open ${files} files`)

  const before = await ask('/memory')
  for (let opened = 0; opened < MOST_STREAMS; opened += 250) await Promise.all(Array.from({ length: 250 }, openStream))
  const each = ((await ask('/memory')) - before) / MOST_STREAMS
  process.stdout.write(`${Math.round(each / 1024)} kB a stream\n`)
  expect(each).toBeLessThan(40 * 1024)

  const refused = await fetch(new URL('/events?sets=land', origin))
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBeTruthy()
  expect(((await refused.json()) as { detailFa: string }).detailFa).toContain('زنده')

  const hearing = sockets.map((socket) => hearUntil(socket, 'event: tiles'))
  const sentAt = performance.now()
  await ask('/tell', 'POST')
  await ask('/memory')
  process.stdout.write(`another request is answered after ${Math.round(performance.now() - sentAt)} ms, `)
  const heard = await Promise.all(hearing)
  process.stdout.write(`the last stream has heard after ${Math.round(performance.now() - sentAt)} ms\n`)
  expect(heard.every((text) => text.includes('"spread":1000,"tiles":[[15,21060,13264]]'))).toBe(true)

  for (const socket of sockets.splice(0)) socket.destroy()
  await expect.poll(() => fetch(new URL('/events?sets=land', origin)).then(leave), { timeout: 10_000 }).toBe(200)
  // What was taken is taken again, not more.
  for (let opened = 0; opened < 2_000; opened += 250) await Promise.all(Array.from({ length: 250 }, openStream))
  expect(((await ask('/memory')) - before) / MOST_STREAMS).toBeLessThan(1.5 * each)
})

async function openStream(): Promise<void> {
  const socket = connect(Number(origin.port), origin.hostname)
  sockets.push(socket)
  socket.setEncoding('utf8')
  socket.on('error', () => {})
  socket.write('GET /events?sets=land HTTP/1.1\r\nHost: x\r\n\r\n')
  await hearUntil(socket, 'event: ready')
}

/** What comes on the socket from now to the end of this event. */
async function hearUntil(socket: Socket, event: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ''
  const read = (chunk: string) => {
    text += chunk
    if (!text.includes('\n\n', text.indexOf(event) + 1) || !text.includes(event)) return
    socket.off('data', read)
    resolve(text)
  }
  socket.on('data', read)
  return promise
}

async function ask(path: string, method = 'GET'): Promise<number> {
  const answer = await fetch(new URL(path, origin), { method })
  return (await answer.json()) as number
}

async function leave(answer: Response): Promise<number> {
  await answer.body?.cancel()
  return answer.status
}
