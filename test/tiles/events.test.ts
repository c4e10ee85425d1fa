import fastify, { type FastifyInstance } from 'fastify'
import { connect, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { answerErrors } from '#src/http/errors.ts'
import type { TileChange } from '#tiles/change-feed.ts'
import { eventRoutes, type EventRouteOptions } from '#tiles/events.ts'
import { openFeedByHand } from './feed-by-hand.ts'
import { readEvents } from './read-events.ts'

// Real sockets before a feed by hand: what a client hears, what it may not hear, and what a bad one costs.
const open: FastifyInstance[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})

describe('a stream', () => {
  it('is ready at once, tells changes with the id to go on from, and no proxy holds it back', async () => {
    const { origin, feed } = await openEvents()
    const reader = await readEvents(origin, '/events?sets=land')
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    expect(await reader.next()).toEqual({ event: 'ready', data: { resumed: false, written: '0/0' }, id: '1:1:' })
    feed.tell({ tiles: [change(5)], states: [] })
    expect(await reader.next()).toEqual({
      event: 'tiles',
      data: { set: 'land', version: 5, spread: 0, tiles: [[15, 21060, 13264]] },
      id: '2:2:',
    })
  })

  it('goes on after the event it heard last, by header or address, in any process', async () => {
    const { origin, feed } = await openEvents()
    feed.tell({ tiles: [change(5)], states: [] })
    feed.tell({ tiles: [change(6)], states: [] })
    for (const [path, headers] of [
      ['/events?sets=land&since=2:2:', {}],
      ['/events?sets=land&since=1:1:', { 'last-event-id': '2:2:' }],
    ] as const) {
      const reader = await readEvents(origin, path, headers)
      expect(await reader.next()).toMatchObject({ event: 'tiles', data: { version: 6 }, id: '3:3:' })
      expect(await reader.next()).toEqual({ event: 'ready', data: { resumed: true, written: '0/0' }, id: '3:3:' })
    }
  })

  it('whoever comes back from too long ago, or with nonsense, is told to ask for everything', async () => {
    const { origin } = await openEvents()
    for (const since of ['99:99:', 'rubbish', '%00', "1'; drop table x"]) {
      const reader = await readEvents(origin, `/events?sets=land&since=${encodeURIComponent(since)}`)
      expect(await reader.next()).toEqual({ event: 'ready', data: { resumed: false, written: '0/0' }, id: '1:1:' })
    }
  })

  it('begins some seconds early: what changed while it was on its way is told', async () => {
    const { origin, feed } = await openEvents({ beatMs: 200 })
    await new Promise((resolve) => setTimeout(resolve, 400)) // until a beat has taken note of where it stood
    feed.tell({ tiles: [change(5)], states: [] })
    const reader = await readEvents(origin, '/events?sets=land')
    expect(await reader.next()).toMatchObject({ event: 'tiles', data: { version: 5 } })
    expect(await reader.next()).toMatchObject({ event: 'ready', data: { resumed: false } })
  })

  it('beats while nothing happens, and the id moves on', async () => {
    const { origin, feed } = await openEvents({ beatMs: 100 })
    const reader = await readEvents(origin, '/events?sets=land')
    await reader.next()
    feed.stand(40)
    let beat = await reader.next()
    while (beat.id === '1:1:') beat = await reader.next() // one may have been on its way
    expect(beat).toEqual({ event: 'beat', data: {}, id: '40:40:' })
  })

  it('hears only of what it looks at', async () => {
    const { origin, feed } = await openEvents()
    const here = await readEvents(origin, '/events?sets=land&bbox=51.375,32.391,51.38,32.395')
    const beside = await readEvents(origin, '/events?sets=land,plan&bbox=51.39,32.391,51.4,32.395')
    await Promise.all([here.next(), beside.next()])
    feed.tell({ tiles: [change(5)], states: [] })
    expect(await here.next()).toMatchObject({ event: 'tiles', data: { version: 5 } })
    feed.tell({ tiles: [change(6, { z: -1, set: 'plan', layer: '' })], states: [] })
    expect(await beside.next()).toMatchObject({ event: 'tiles', data: { set: 'plan', all: true } })
    expect(here.heard).toHaveLength(2)
  })

  it('one batch comes after the other though thousands of streams are told in slices', async () => {
    const { origin, feed } = await openEvents()
    const readers = await Promise.all(Array.from({ length: 450 }, () => readEvents(origin, '/events?sets=land')))
    await Promise.all(readers.map((reader) => reader.next()))
    for (const version of [5, 6, 7]) feed.tell({ tiles: [change(version)], states: [] })
    for (const reader of readers) {
      const heard = [await reader.next(), await reader.next(), await reader.next()]
      expect(heard.map(({ data, id }) => [data.version, id])).toEqual([[5, '2:2:'], [6, '3:3:'], [7, '4:4:']]) // prettier-ignore
    }
    expect(readers[0]!.heard[1]!.data.spread).toBe(45)
  })

  it('an asker’s audience decides what he hears', async () => {
    const { origin, feed } = await openEvents({
      audienceOf: (request) => (request.headers['x-test'] === 'staff' ? 'staff' : 'public'),
      catalogue: [
        {
          id: 'land',
          name: '',
          description: '',
          version: '1',
          attribution: '',
          layers: [
            { id: 'parcels', description: '', audience: 'staff', fields: {}, queries: [] },
            { id: 'water', description: '', audience: 'public', fields: {}, queries: [] },
          ],
        },
      ],
    })
    const anyone = await readEvents(origin, '/events?sets=land')
    const staff = await readEvents(origin, '/events?sets=land', { 'x-test': 'staff' })
    await Promise.all([anyone.next(), staff.next()])
    feed.tell({ tiles: [change(5)], states: [] })
    expect(await staff.next()).toMatchObject({ data: { version: 5 } })
    feed.tell({ tiles: [change(6, { layer: 'water' })], states: [] })
    expect(await anyone.next()).toMatchObject({ data: { version: 6 } })
  })
})

describe('what is refused', () => {
  it.each([
    ['/events', 'bad-request'],
    ['/events?sets=', 'bad-request'],
    ['/events?sets=land,secrets', 'bad-request'],
    ['/events?sets=land&sets=plan', 'bad-request'],
    [`/events?sets=${'land,'.repeat(100)}`, 'bad-request'],
    ['/events?sets=land&bbox=1,2,3', 'bad-bbox'],
    ['/events?sets=land&bbox=NaN,2,3,4', 'bad-bbox'],
    ['/events?sets=land&bbox=', 'bad-bbox'],
    [`/events?sets=land&since=${'1'.repeat(9000)}`, 'bad-request'],
  ])('%.40s', async (url, code) => {
    const { app } = await openEvents()
    const answer = await app.inject(url)
    expect(answer.statusCode).toBe(400)
    const problem = answer.json<{ code: string; detail: string; detailFa: string }>()
    expect(problem.code).toBe(code)
    expect(problem.detailFa).toMatch(/[آ-ی]/)
    expect(problem.detail).toMatch(/[a-z]/)
  })

  it('before the database has been reached', async () => {
    const { app } = await openEvents({}, openFeedByHand({ standsAt: null }))
    const answer = await app.inject('/events?sets=land')
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBeDefined()
  })

  it('one stream more than there may be; its place is free again when another leaves', async () => {
    const { origin } = await openEvents({ mostOpen: 3 })
    const readers = await Promise.all([1, 2, 3].map(() => readEvents(origin, '/events?sets=land')))
    await expect(readEvents(origin, '/events?sets=land')).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
    readers[0]!.close()
    await expect.poll(() => readEvents(origin, '/events?sets=land').then(() => true, () => false)).toBe(true) // prettier-ignore
  })
})

describe('bad clients and the end', () => {
  it('a client that does not read is let go when too much waits for it, and nobody else is', async () => {
    const { app, origin, feed } = await openEvents({ mostUnsentBytes: 64 * 1024 })
    const countConnections = promisify(app.server.getConnections.bind(app.server))
    const reader = await readEvents(origin, '/events?sets=land')
    await reader.next()
    await openDeaf(origin)
    expect(await countConnections()).toBe(2)
    const states = [{ version: 1, xid: 1n, set: 'land', layer: 'parcels', id: 1, state: { note: 'x'.repeat(20_000) }, box: BOX }]
    let told = 0
    while ((await countConnections()) === 2 && told++ < 2_000) {
      feed.tell({ tiles: [], states })
      await reader.next()
    }
    expect(await countConnections()).toBe(1)
    // What the kernel holds for the socket, and no more than was allowed on top of it.
    expect(told * 20_000).toBeLessThan(16 * 1024 * 1024)
    feed.tell({ tiles: [change(9)], states: [] })
    expect(await reader.next()).toMatchObject({ data: { version: 9 } })
  })

  it('a client that leaves before its stream has begun takes no place', async () => {
    const feed = openFeedByHand()
    const { promise: caughtUp, resolve: catchUp } = Promise.withResolvers<void>()
    const { app, origin } = await openEvents({ mostOpen: 1 }, { ...feed, catchUp: () => caughtUp })
    const countConnections = promisify(app.server.getConnections.bind(app.server))
    const leaving = connect(Number(new URL(origin).port), '127.0.0.1')
    leaving.write('GET /events?sets=land HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise((resolve) => setTimeout(resolve, 100))
    leaving.destroy()
    await expect.poll(() => countConnections()).toBe(0)
    catchUp()
    expect(await (await readEvents(origin, '/events?sets=land')).next()).toMatchObject({ event: 'ready' })
  })

  it('the server ends though streams are open', async () => {
    const { app, origin, feed } = await openEvents()
    const readers = await Promise.all([1, 2, 3].map(() => readEvents(origin, '/events?sets=land')))
    await app.close()
    await Promise.all(readers.map(({ ended }) => ended))
    expect(feed.countListeners()).toBe(0)
  })
})

const BOX: [number, number, number, number] = [51.375, 32.391, 51.38, 32.395]

function change(version: number, differs: Partial<TileChange> = {}): TileChange {
  return { version, xid: BigInt(version), set: 'land', layer: 'parcels', z: 15, x: 21060, y: 13264, ...differs }
}

async function openEvents(options: Partial<EventRouteOptions> = {}, feed = openFeedByHand()) {
  const app = fastify({ forceCloseConnections: 'idle' })
  answerErrors(app)
  await app.register(eventRoutes, { feed, ...options })
  await app.listen({ port: 0, host: '127.0.0.1' })
  open.push(app)
  return { app, feed, origin: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` }
}

/** Asks for a stream and never reads a byte of it. */
async function openDeaf(origin: string): Promise<void> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.pause()
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write('GET /events?sets=land HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 100))
}
