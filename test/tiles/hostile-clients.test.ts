import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openDice } from './edit-land.ts'
import { openProcess, type TileProcess } from './open-process.ts'
import { HAMLET, loadHamlet } from './open-tile-app.ts'

let database: TestDatabase
let one: TileProcess
let origin: string
beforeAll(async () => {
  database = await createTestDatabase()
  await loadHamlet(database.ownerPool)
  one = await openProcess(database.pool)
  await one.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://127.0.0.1:${(one.app.server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await one?.close()
  await database?.drop()
})

const PARTS = [
  '0',
  '16',
  '15',
  '8',
  '-1',
  '1.5',
  '1e9',
  '99999',
  '65535',
  '99999999999',
  '0x1',
  '',
  ' ',
  '%00',
  '%2e%2e',
  '..',
  'NaN',
  '٣',
  "1'--",
  '١٦',
  '%zz',
  'land',
  'a'.repeat(300),
  '{}',
  '~',
  '\u202e',
]
const SETS = ['land', 'plan', 'labels', 'nothing', '', '%6cand', 'LAND', '..', 'land.json', '__proto__', 'constructor']
const TAILS = [
  '.mvt',
  '.mvt',
  '.mvt',
  '',
  '.png',
  '.mvt.gz',
  '.mvt?v=x',
  '.mvt?v=-1',
  '.mvt?v=99999999999999999999',
  '.mvt?v=5&v=6',
  '.mvt?bbox=1',
  '.mvt#x',
  '.mvt?v=1e400',
  '.mvt?__proto__[x]=1',
]

test('two thousand addresses of nonsense: refused or empty, none is a fault of the server', async () => {
  const dice = openDice(8)
  const wrong: string[] = []
  let took = 0
  for (let count = 0; count < 2000; count++) {
    const url = `/tiles/${dice.pick(SETS)}/${dice.pick(PARTS)}/${dice.pick(PARTS)}/${dice.pick(PARTS)}${dice.pick(TAILS)}`
    const began = performance.now()
    const { statusCode } = await one.app.inject({ url: encodeURI(url).replaceAll('%25', '%') })
    took = Math.max(took, performance.now() - began)
    if (![400, 404, 204, 200, 414].includes(statusCode)) wrong.push(`${statusCode} ${url}`)
    if (statusCode === 200) wrong.push(`a tile for ${url}`)
  }
  expect(wrong).toEqual([])
  expect(took).toBeLessThan(2000)
})

test('a client that reads its tile byte by byte holds nobody up', async () => {
  const { port } = one.app.server.address() as AddressInfo
  const slow = Array.from({ length: 30 }, () => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => undefined)
    socket.write(`GET /tiles/land/${HAMLET[16]}.mvt HTTP/1.1\r\nHost: x\r\nAccept-Encoding: identity\r\n\r\n`.repeat(20))
    socket.pause()
    return socket
  })
  const trickle = setInterval(() => slow.forEach((socket) => socket.read(1)), 10)
  await sleep(200)
  const times: number[] = []
  for (let count = 0; count < 60; count++) {
    const began = performance.now()
    const answer = await fetch(`${origin}/tiles/${['land', 'plan', 'labels'][count % 3]}/${HAMLET[15]}.mvt`)
    await answer.arrayBuffer()
    expect(answer.status).toBe(200)
    times.push(performance.now() - began)
  }
  clearInterval(trickle)
  for (const socket of slow) socket.destroy()
  expect(times.sort((a, b) => a - b)[30]).toBeLessThan(100)
})

test('a thousand who leave before their answer leave no query and nothing waiting', async () => {
  const client = await database.ownerPool.connect()
  await client.query('begin; lock table land.findings in access exclusive mode')
  const leaving = new AbortController()
  const asked = Array.from({ length: 1000 }, (_, index) =>
    fetch(`${origin}/tiles/plan/16/${42100 + (index % 40)}/${26500 + (index % 50)}.mvt`, { signal: leaving.signal }).catch(
      () => null,
    ),
  )
  await sleep(300)
  leaving.abort()
  await Promise.all(asked)
  const running = `select count(*)::int as count from pg_stat_activity
    where application_name in ('barzan-tiles', 'barzan tile store') and state = 'active' and datname = current_database()`
  await expect.poll(async () => (await database.pool.query<{ count: number }>(running)).rows[0]!.count, { timeout: 5000 }).toBe(0)
  await expect.poll(() => one.tiles.isBusy(), { timeout: 5000 }).toBe(false)
  expect((await fetch(`${origin}/tiles/labels/${HAMLET[16]}.mvt`)).status).toBe(200) // although the lock is still held
  await client.query('rollback')
  client.release()
  expect((await fetch(`${origin}/tiles/plan/${HAMLET[16]}.mvt`)).status).toBe(200)
})
