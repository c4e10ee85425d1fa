import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReadPools } from '#db/read-pools.ts'
import { catchUp, openDatabase, startPrimary, startReplica, type TestServer } from './replica-cluster.ts'

let primary: TestServer
let replica: TestServer
beforeAll(async () => {
  const t = Date.now()
  primary = await startPrimary()
  console.log('primary', Date.now() - t)
  replica = await startReplica(primary, 'one')
  console.log('replica', Date.now() - t)
})
afterAll(async () => {
  await replica?.remove()
  await primary?.remove()
})

test('reads go to the replica', async () => {
  const main = openDatabase(primary)
  const pools = openReadPools([replica.url], main)
  expect(pools.choose().isReplica).toBe(false)
  await expect.poll(() => pools.choose().isReplica).toBe(true)
  console.log(pools.states(), pools.choose().name)
  await pools.close()
  await main.pool.end()
})
