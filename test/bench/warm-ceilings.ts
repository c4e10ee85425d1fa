import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench, MeasuredServer } from './bench-run.ts'
import { playCounted } from './bench-run.ts'
import { fillTemplate } from './compare-tiles.ts'
import type { Figure } from './figures.ts'
import { hammer } from './hammer.ts'
import { readCosts } from './read-costs.ts'
import { startNginx } from './start-nginx.ts'
import { makeFigure, quantile, viewportTimes } from './summarise.ts'
import { listDistinct, nameTile, type TileRequest } from './traffic/trace.ts'

/** Rounds in turn, so that what disturbs the machine disturbs both; requests in each. */
const ROUNDS = 8
const REQUESTS = 400
const SEVERAL = 8

/** A warm tile against a bare Fastify route that sends the same buffer: with one connection, with several, and in processor time. */
export async function measureAgainstFastify(bench: Bench, server: MeasuredServer): Promise<Figure[]> {
  const { tile, bytes } = await chooseTile(bench, server)
  const folder = mkdtempSync(join(tmpdir(), 'barzan-bare-'))
  writeFileSync(join(folder, 'tile'), bytes)
  const bare = fork(fileURLToPath(new URL('bare-fastify.ts', import.meta.url)), [join(folder, 'tile')], { execArgv: [], env: { ...process.env, NODE_ENV: 'production' } }) // prettier-ignore
  try {
    const [port] = (await once(bare, 'message')) as [number]
    const [ours, theirs] = [server.template, `http://127.0.0.1:${port}/tiles/{set}/{z}/{x}/{y}.mvt`].map((t) =>
      fillTemplate(t, tile),
    ) as [string, string]
    const one = await compareInTurn(ours, theirs, 1, [server.pid, bare.pid!])
    const several = await compareInTurn(ours, theirs, SEVERAL, [server.pid, bare.pid!])
    const say = ({ ours: a, theirs: b }: { ours: number; theirs: number }) => `${a.toFixed(0)} against ${b.toFixed(0)} µs; ${nameTile(tile)}, ${bytes.length} B` // prettier-ignore
    return [
      makeFigure('warm', 'warm tile, times a bare Fastify route sending the same buffer, one connection', one.latency.ours / one.latency.theirs, '×', 1.5, say(one.latency)), // prettier-ignore
      makeFigure(
        'warm',
        `— the same, ${SEVERAL} connections`,
        several.mean.ours / several.mean.theirs,
        '×',
        1.5,
        say(several.mean),
      ),
      makeFigure(
        'warm',
        '— the same, processor time of the server',
        several.cpu.ours / several.cpu.theirs,
        '×',
        undefined,
        say(several.cpu),
      ),
    ]
  } finally {
    bare.disconnect()
    rmSync(folder, { recursive: true })
  }
}

/** The viewports of the warm run against the same tiles served by nginx from files. */
export async function measureAgainstNginx(bench: Bench, server: MeasuredServer, warmP95Ms: number): Promise<Figure[]> {
  const nginx = await startNginx(await fetchAll(server, listDistinct(bench.trace)))
  if (!nginx) {
    process.stderr.write('nginx is not installed: the ceiling of the transport is NOT measured (apt-get install nginx-light)\n')
    return []
  }
  try {
    const { replay } = await playCounted(bench, nginx.template)
    if (replay.errors.length > 0) throw new Error(`nginx answered wrongly: ${replay.errors[0]}`)
    const p95 = quantile(viewportTimes(replay), 0.95)
    return [
      makeFigure(
        'warm',
        'nginx with the same tiles as files: viewport complete, p95',
        p95,
        'ms',
        undefined,
        `nginx ${nginx.version}`,
      ),
      makeFigure('warm', 'warm viewport p95, times that of nginx', warmP95Ms / p95, '×', 2),
    ]
  } finally {
    await nginx.close()
  }
}

interface Pair {
  ours: number
  theirs: number
}

async function compareInTurn(ours: string, theirs: string, connections: number, pids: [number, number]) {
  const results = { ours: [] as { medianUs: number; meanUs: number }[], theirs: [] as { medianUs: number; meanUs: number }[] }
  const cpu = { ours: 0, theirs: 0 }
  for (const url of [ours, theirs]) await hammer(url, connections, REQUESTS)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, url, pid] of [
      ['ours', ours, pids[0]],
      ['theirs', theirs, pids[1]],
    ] as const) {
      const before = readCosts({ server: [pid], postmaster: null }).serverS
      results[side].push(await hammer(url, connections, REQUESTS))
      cpu[side] += readCosts({ server: [pid], postmaster: null }).serverS - before
    }
  }
  const middle = (of: (result: { medianUs: number; meanUs: number }) => number): Pair => ({
    ours: quantile(results.ours.map(of), 0.5),
    theirs: quantile(results.theirs.map(of), 0.5),
  })
  const each = 1e6 / (ROUNDS * REQUESTS)
  return {
    latency: middle((r) => r.medianUs),
    mean: middle((r) => r.meanUs),
    cpu: { ours: cpu.ours * each, theirs: cpu.theirs * each },
  }
}

/** The tile of the trace with the middle size, as it goes over the wire. */
async function chooseTile(bench: Bench, server: MeasuredServer) {
  const land = listDistinct(bench.trace).filter(({ set, z }) => set === 'land' && z === 16)
  const tiles = (await fetchAll(server, land)).filter(([, bytes]) => bytes.length > 0)
  const [tile, bytes] = tiles.sort((a, b) => a[1].length - b[1].length)[Math.floor(tiles.length / 2)]!
  return { tile, bytes }
}

/** Tiles as they go over the wire with gzip; no bytes where nothing is. */
async function fetchAll(server: MeasuredServer, tiles: TileRequest[]): Promise<[TileRequest, Uint8Array][]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 })
  try {
    return await Promise.all(tiles.map(async (tile) => [tile, await fetchPacked(agent, fillTemplate(server.template, tile))] as [TileRequest, Uint8Array])) // prettier-ignore
  } finally {
    agent.destroy()
  }
}

function fetchPacked(agent: http.Agent, url: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      answer.on('end', () => {
        if (answer.statusCode === 200 || answer.statusCode === 204) resolve(Buffer.concat(chunks))
        else reject(new Error(`${url} answered ${answer.statusCode}`))
      })
    })
    request.on('error', reject)
  })
}
