import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { replayTrace } from './replay.ts'
import { runReplay } from './run-replay.ts'
import type { Trace, View } from './trace.ts'

const view = (at: number, tiles: View['tiles'], leaveAfter?: number): View => ({
  at,
  zoom: 10,
  middle: [51, 32],
  z: 10,
  tiles,
  ...(leaveAfter !== undefined && { leaveAfter }),
})
const traceOf = (...views: View[]): Trace => ({
  parcels: 1,
  seed: 1,
  box: [51, 32, 52, 33],
  places: [[51, 32]],
  sessions: [{ who: 'citizen', screen: [390, 844], returns: true, views }],
})
const row = (count: number): View['tiles'] => Array.from({ length: count }, (_, x) => [x, 0])

test('the loop is open: a view is counted from when it was due, even when six slow answers keep its connections', async () => {
  await using server = await serve((_request, response) => void setTimeout(() => response.end('tile'), 200))
  const { views } = await replayTrace(jobOf(server, traceOf(view(0, row(6)), view(50, [[9, 9]]))))
  expect(views[0]!.tookMs).toBeGreaterThanOrEqual(195)
  expect(views[1]!.tookMs).toBeGreaterThanOrEqual(345) // 150 ms until a connection is free, then its own 200
})

test('a view that is left cuts off what is under way, and is no measured view', async () => {
  let closed = 0
  await using server = await serve((request, response) => {
    response.on('close', () => void (response.writableFinished || closed++))
    if (request.url!.includes('/10/0/')) response.end('tile')
  })
  const replay = await runReplay(jobOf(server, traceOf(view(0, row(9), 1))))
  expect(replay.views).toEqual([{ who: 'citizen', tookMs: null, wasLeft: true }])
  expect(replay.answers.map((answer) => answer.tile)).toEqual(['land/10/0/0'])
  expect(replay.cutOff).toBe(8)
  await expect.poll(() => closed).toBeGreaterThanOrEqual(5)
  expect(replay.errors).toEqual([])
})

test('who returns says what he holds; bytes of watched tiles are kept; a refusal is an error', async () => {
  await using server = await serve((request, response) => {
    if (request.url === '/land/10/2/0') return void response.writeHead(500).end()
    if (request.headers['if-none-match'] === '"a"') return void response.writeHead(304, { etag: '"a"' }).end()
    response.writeHead(200, { etag: '"b"' }).end('tile')
  })
  const job = jobOf(server, traceOf(view(0, row(3))))
  const replay = await runReplay({
    ...job,
    held: new Map([['land/10/0/0', '"a"']]),
    watched: new Set(['land/10/0/0', 'land/10/1/0']),
  })
  expect(replay.answers.map(({ tile, status, etag }) => [tile, status, etag]).sort()).toEqual([
    ['land/10/0/0', 304, '"a"'],
    ['land/10/1/0', 200, '"b"'],
    ['land/10/2/0', 500, expect.any(String)],
  ])
  expect([...replay.bodies.keys()]).toEqual(['land/10/1/0 "b"'])
  expect(replay.errors).toEqual(['land/10/2/0: answered 500'])
  expect(replay.views[0]!.tookMs).toBeNull()
})

const jobOf = ({ origin }: { origin: string }, trace: Trace) => ({
  trace,
  template: `${origin}/{set}/{z}/{x}/{y}`,
  held: new Map<string, string>(),
  watched: new Set<string>(),
})

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
