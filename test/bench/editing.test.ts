import type { FastifyInstance } from 'fastify'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '#src/kernel/config.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { openTestApp } from '../http/open-app.ts'
import { templateOf, type Bench } from './bench-run.ts'
import { editInDatabase, editWhileReplaying } from './editing.ts'
import { fetchAnswer } from './fetch-answer.ts'
import { chooseTrace } from './traffic/survey-city.ts'

// Whether the bench would notice: the same run against a server of ours, and against one that keeps tiles and never asks again.

let database: TestDatabase
let app: FastifyInstance
let bench: Bench
let ours: string

beforeAll(async () => {
  database = await createTestDatabase({ city: true })
  const config = readConfig({ DATABASE_URL: database.url, BARZAN_LOG: 'silent' })
  app = (await openTestApp(database, { config })).app
  await app.listen({ port: 0, host: '127.0.0.1' })
  ours = templateOf(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  const { trace } = await chooseTrace(database.pool, 600)
  for (const view of trace.sessions.flatMap((session) => session.views)) view.at = Math.round(view.at / 4)
  bench = {
    url: database.url,
    pool: database.pool,
    ownerPool: database.ownerPool,
    postmaster: null,
    trace,
    isTraceCommitted: false,
  }
})

afterAll(async () => {
  await app.close()
  await database.drop()
})

test('nothing stale is found where nothing is', async () => {
  const { stale, replay } = await editWhileReplaying(bench, ours, editInDatabase(bench))
  expect(stale.stale).toEqual([])
  expect(stale.checked).toBeGreaterThan(20)
  expect(replay.errors).toEqual([])
})

test('a server that keeps what it was told once is found stale, while the trace runs and at its end', async () => {
  const kept = new Map<string, Promise<Buffer>>()
  const cache = createServer((request, response) => {
    const tile = request.url!.replace(/^\/tiles\//, '').replace(/\.mvt$/, '')
    if (!kept.has(tile)) kept.set(tile, fetchAnswer(ours, tile).then(({ body }) => body)) // prettier-ignore
    void kept.get(tile)!.then((body) => response.setHeader('content-encoding', 'gzip').end(body))
  }).listen(0, '127.0.0.1')
  await once(cache, 'listening')
  try {
    const template = templateOf(`http://127.0.0.1:${(cache.address() as AddressInfo).port}`)
    const { stale, end } = await editWhileReplaying(bench, template, editInDatabase(bench))
    expect(stale.stale.length).toBeGreaterThan(stale.checked / 2)
    expect(Math.min(...stale.stale.map(({ afterMs }) => afterMs))).toBeGreaterThan(1000)
    expect(end.differences).toBeGreaterThan(0)
    expect(end.difference).toMatch(/land_use is \w+ against \w+/)
  } finally {
    cache.closeAllConnections()
    cache.close()
  }
})
