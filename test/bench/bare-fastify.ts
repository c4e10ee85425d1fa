import fastify from 'fastify'
import { readFileSync } from 'node:fs'

// The ceiling of the runtime: `node bare-fastify.ts FILE`, a route without any hook that sends the same buffer to everyone.
// Says its port when it listens.
const tile = readFileSync(process.argv[2]!)
const app = fastify()
app.get('/tiles/:set/:z/:x/:y.mvt', (_request, reply) =>
  reply.header('content-encoding', 'gzip').type('application/vnd.mapbox-vector-tile').send(tile),
)
await app.listen({ port: 0, host: '127.0.0.1' })
process.send!((app.server.address() as { port: number }).port)
process.once('disconnect', () => void app.close())
