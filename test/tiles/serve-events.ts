import fastify from 'fastify'
import { answerErrors } from '../../src/http/errors.ts'
import { eventRoutes, MOST_STREAMS } from '../../tiles/events.ts'
import { openFeedByHand } from './feed-by-hand.ts'

// A server of events in a process of its own, for many-streams.test.ts: its memory is nobody else's. `GET /memory` tells it, `POST /tell`
// tells everyone of a changed tile.
const feed = openFeedByHand()
const app = fastify()
answerErrors(app)
app.server.maxConnections = MOST_STREAMS + 2_000
await app.register(eventRoutes, { feed })
app.get('/memory', async () => {
  globalThis.gc?.()
  return process.memoryUsage().rss
})
let version = 0
app.post('/tell', async () => {
  version++
  feed.tell({ tiles: [{ version, xid: BigInt(version), set: 'land', layer: 'parcels', z: 15, x: 21060, y: 13264 }], states: [] })
  return version
})
process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`)
process.on('SIGTERM', () => void app.close().then(() => process.exit()))
