import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, openPool } from '../../db/connect.ts'
import { APP, OWNER, socketUrl, startPostgres, stopPostgres } from '../../db/postgres-process.ts'
import { startScratchCluster } from '../../db/scratch-cluster.ts'
import { openTestApp } from '../http/open-app.ts'
import { HAMLET, loadHamlet } from './open-tile-app.ts'

let cluster: Awaited<ReturnType<typeof startScratchCluster>>
beforeAll(async () => {
  cluster = await startScratchCluster('restarted')
  const ownerPool = openPool(socketUrl(cluster.place, OWNER, 'restarted'), { size: 1 })
  await loadHamlet(ownerPool)
  await ownerPool.end()
})
afterAll(() => cluster?.remove())

test('PostgreSQL is restarted while twenty clients ask for tiles: no wrong answer, and none of before', async () => {
  const url = socketUrl(cluster.place, APP, 'restarted')
  const pool = openPool(url, { size: 4 })
  const { app } = await openTestApp({ url, pool, db: createDb(pool) })
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const tiles = ['land', 'plan', 'labels'].flatMap((set) =>
    [HAMLET[16], HAMLET[15], HAMLET[14], HAMLET[12], '16/42121/26529'].map((at) => `${set}/${at}`),
  )
  const counts = new Map<number, number>()
  const wrong: string[] = []
  let isOver = false
  async function client(start: number) {
    let etag = ''
    for (let at = start; !isOver; at++) {
      // Every third asks past memory, which would answer all the time.
      const address = at % 3 === 0 ? `land/16/${42000 + (at % 97)}/${26400 + (at % 89)}` : tiles[at % tiles.length]!
      const answer = await fetch(`${origin}/tiles/${address}.mvt?v=${at % 7 === 0 ? 10 ** 9 + at : 0}`, {
        headers: { 'if-none-match': etag },
      })
      await answer.arrayBuffer()
      etag = answer.headers.get('etag') ?? etag
      counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1)
      const isFine =
        [200, 204, 304].includes(answer.status) || (answer.status === 503 && Number(answer.headers.get('retry-after')) > 0)
      if (!isFine) wrong.push(`${answer.status} ${address}`)
      await sleep(5)
    }
  }
  const clients = Array.from({ length: 20 }, (_, index) => client(index * 7))
  await sleep(500)
  await stopPostgres(cluster.place)
  await sleep(400)
  await startPostgres(cluster.place, { fsync: 'off', max_connections: '200' })
  const ownerPool = openPool(socketUrl(cluster.place, OWNER, 'restarted'), { size: 1 })
  await ownerPool.query(`update land.parcels set land_use = 'GRN' where parcel_id = 13`)
  const editedAt = performance.now()
  const tag = async () =>
    (await fetch(`${origin}/tiles/land/${HAMLET[16]}.mvt`, { headers: { 'accept-encoding': 'gzip' } })).headers.get('etag')
  const fresh = await (async () => {
    const other = await openTestApp({ url, pool, db: createDb(pool) }) // a process that remembers nothing
    const answer = await other.app.inject({ url: `/tiles/land/${HAMLET[16]}.mvt`, headers: { 'accept-encoding': 'gzip' } })
    await other.app.close()
    return answer.headers.etag
  })()
  await expect.poll(tag, { timeout: 2000, interval: 10 }).toBe(fresh)
  expect(performance.now() - editedAt).toBeLessThan(3000)
  await sleep(1000)
  for (let ask = 0; ask < 10; ask++) expect(await tag()).toBe(fresh)
  isOver = true
  await Promise.all(clients)
  expect(wrong).toEqual([])
  expect(counts.get(503)).toBeGreaterThan(0) // it was away
  expect((counts.get(200) ?? 0) + (counts.get(304) ?? 0)).toBeGreaterThan(100)
  await app.close()
  await Promise.all([pool.end(), ownerPool.end()])
})
