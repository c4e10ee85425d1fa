import http from 'node:http'
import pg from 'pg'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { composeTileStatement } from '../../tiles/statement.ts'
import { listTiles, sum, type TileAddress } from '../tiles/measure-colours.ts'
import { ADMIN_TOKEN, emptyStore, holdFill, withServer, type Bench, type MeasuredServer } from './bench-run.ts'
import type { Figure } from './figures.ts'
import { makeFigure, quantile } from './summarise.ts'
import { TILE_SESSION } from './tile-session.ts'

const TIMED_TILES = 80
const REPEATS = 5
/** Each needs a server that has never made a tile. */
const COLD_ROUNDS = 3
/** Of `land`, whose statement is the longest. */
const SET = CATALOGUE[0]!

/** One tile, all three of the very same request: what its answer took, its query by the server's connection, the statement inside PostgreSQL. */
interface Timed {
  z: number
  answerMs: number
  /** From the query being sent to its bytes being there: what the bare SQL takes whoever asks it. */
  queryMs: number
  /** Without what PostgreSQL does before and after executing it, and without the way: a lower bound. */
  statementMs: number
}

/**
 * What the server adds to the SQL of a cold tile: one connection, not compressed, prepared. The times are of the same execution, so
 * nothing hangs on two processes being equally lucky with the processor's caches: the server's metrics tell how long its connection
 * waited for the query, pg_stat_statements how long PostgreSQL executed it. With the store off, and with an empty store, where the
 * server also looks into it and compresses what it will keep.
 */
export async function measureStatement(bench: Bench): Promise<Figure[]> {
  const release = await holdFill(bench)
  return measureHeld(bench).finally(release)
}

async function measureHeld(bench: Bench): Promise<Figure[]> {
  const tiles = await chooseTiles(bench)
  const figures: Figure[] = []
  if (await hasCounter(bench)) {
    const off = await withServer(bench, { store: 'off' }, async (server) => {
      await warmUp(server, tiles)
      return timeAll(bench, server, tiles, REPEATS)
    })
    figures.push(...summarise('store off', off))
    const rounds: Timed[][][] = []
    // A tile is cold once: each round begins with an empty store and another process.
    for (let round = 0; round < COLD_ROUNDS; round++) {
      await emptyStore(bench)
      rounds.push(await withServer(bench, { store: 'on' }, async (server) => {
        await warmUp(server, tiles)
        return timeAll(bench, server, tiles, 1)
      })) // prettier-ignore
    }
    if (rounds.length > 0)
      figures.push(
        ...summarise(
          'store empty',
          tiles.map((_, index) => rounds.map((round) => round[index]![0]!)),
        ),
      )
  } else {
    process.stderr.write('pg_stat_statements is not there: the cold tile is NOT held against its own statement\n')
  }
  return [...figures, ...(await measureAsBefore(bench, tiles))]
}

function summarise(how: string, timed: Timed[][]): Figure[] {
  const zooms = how === 'store off' ? [13, 14, 15, 16] : []
  return [
    ...compare(`cold tile above its SQL in the same request, ${how}`, timed, ({ queryMs }) => queryMs, 1),
    ...compare(`cold tile above its execution inside PostgreSQL, ${how}`, timed, ({ statementMs }) => statementMs),
    ...zooms.flatMap((z) => {
      const times = timed.flat().flatMap((one) => (one.z === z ? [one.answerMs] : []))
      if (times.length === 0) return []
      return [
        makeFigure('statement', `cold tile, zoom ${z}, p95`, quantile(times, 0.95), 'ms', undefined, `${times.length} answers`),
      ]
    }),
  ]
}

/** How much of the allowance of 15 % or 1 ms above `base` is used: the median of each tile's repeats, over all tiles. */
function compare(name: string, timed: Timed[][], base: (one: Timed) => number, limit?: number): Figure[] {
  const used = timed.map((repeats) =>
    quantile(
      repeats.map((one) => (one.answerMs - base(one)) / Math.max(0.15 * base(one), 1)),
      0.5,
    ),
  )
  const above = timed.flat().map((one) => one.answerMs - base(one))
  const ms = (part: number) => quantile(above, part).toFixed(2)
  const note = `${timed.length} tiles, median of ${timed[0]?.length ?? 0} each; above it p50 ${ms(0.5)}, p95 ${ms(0.95)} ms`
  return [
    makeFigure('statement', `${name}, part of the allowance used, median`, quantile(used, 0.5), '×', limit, note),
    makeFigure('statement', `${name}, part of the allowance used, p95`, quantile(used, 0.95), '×', limit),
  ]
}

async function timeAll(bench: Bench, server: MeasuredServer, tiles: TileAddress[], repeats: number): Promise<Timed[][]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const timed: Timed[][] = []
  try {
    for (const tile of tiles) {
      const answers: Timed[] = []
      for (let again = 0; again < repeats; again++) {
        const before = await countStatements(bench.pool)
        const queriedBefore = await readQueryMs(server)
        const answerMs = await time(() => ask(agent, server, tile))
        const after = await countStatements(bench.pool)
        const queryMs = (await readQueryMs(server)) - queriedBefore
        if (after.calls !== before.calls + 1) throw new Error(`a cold tile ran ${after.calls - before.calls} statements: it was not cold, or not alone`) // prettier-ignore
        answers.push({ z: tile[0], answerMs, queryMs, statementMs: after.ms - before.ms })
      }
      timed.push(answers)
    }
  } finally {
    agent.destroy()
  }
  return timed
}

/** Tile statements run so far, and what they took, milliseconds. */
async function countStatements(pool: pg.Pool): Promise<{ calls: number; ms: number }> {
  const { rows } = await pool.query<{ calls: number; ms: number }>({
    name: 'count-tile-statements',
    text: `select coalesce(sum(calls), 0)::int as calls, coalesce(sum(total_exec_time), 0) as ms from pg_stat_statements
           where dbid = (select oid from pg_database where datname = current_database()) and query like 'with bounds as materialized%'`,
  })
  return rows[0]!
}

/** Milliseconds that the server's rendering connections have waited for queries so far. */
async function readQueryMs({ origin }: MeasuredServer): Promise<number> {
  const answer = await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
  const sum = /^barzan_database_query_seconds_sum\{pool="primary barzan-tiles"\} (\S+)$/m.exec(await answer.text())
  return sum ? Number(sum[1]) * 1000 : 0
}

async function hasCounter({ pool }: Bench): Promise<boolean> {
  return pool.query('select from pg_stat_statements limit 1').then(() => true, () => false) // prettier-ignore
}

/**
 * The way of the first results, kept for comparison: against the same SQL asked beside the server, in another PostgreSQL process,
 * the best of each. It measures the two processes' luck with the processor's caches as well.
 */
async function measureAsBefore(bench: Bench, tiles: TileAddress[]): Promise<Figure[]> {
  const client = new pg.Client({ connectionString: bench.url, options: TILE_SESSION })
  await client.connect()
  const pairs = await withServer(bench, { store: 'off' }, async (server) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const measured: { sqlMs: number; serverMs: number }[] = []
    for (const tile of tiles) {
      const statement = composeTileStatement(SET, 'public', tile[0])!
      // The tile stays in PostgreSQL: its length is asked for, so that moving the bytes is the server's time and not the query's.
      const bare = { name: `bare ${statement.name}`, text: `select length(tile) from (${statement.text}) made offset 0` }
      const sql: number[] = []
      const answers: number[] = []
      for (let round = 0; round < 3; round++) {
        for (let again = 0; again < 3; again++) sql.push(await time(() => client.query({ ...bare, values: [...tile] })))
        for (let again = 0; again < 3; again++) answers.push(await time(() => ask(agent, server, tile)))
      }
      measured.push({ sqlMs: Math.min(...sql), serverMs: Math.min(...answers) })
    }
    agent.destroy()
    return measured
  }).finally(() => client.end())
  const used = pairs.map(({ sqlMs, serverMs }) => (serverMs - sqlMs) / Math.max(0.15 * sqlMs, 1))
  const note = 'the old way: against a bare query in another PostgreSQL process'
  const [all, allSql] = [sum(pairs.map((pair) => pair.serverMs)), sum(pairs.map((pair) => pair.sqlMs))]
  return [
    makeFigure(
      'statement',
      'cold tile above its SQL, part of the allowance used, median',
      quantile(used, 0.5),
      '×',
      undefined,
      note,
    ),
    makeFigure(
      'statement',
      'cold tile above its SQL, part of the allowance used, p95',
      quantile(used, 0.95),
      '×',
      undefined,
      note,
    ),
    makeFigure('statement', 'all timed tiles through the server, times their SQL', all / allSql, '×', undefined, note),
  ]
}

async function chooseTiles({ pool }: Bench): Promise<TileAddress[]> {
  const deep = await listTiles(pool, 12)
  const count = Math.min(TIMED_TILES, deep.length)
  return Array.from({ length: count }, (_, index) => deep[Math.floor((index * deep.length) / count)]!)
}

/** Every connection of the server has planned every statement: on neighbours of the tiles, which stay cold. */
async function warmUp(server: MeasuredServer, tiles: TileAddress[]): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  const timed = new Set(tiles.map(String))
  for (const z of new Set(tiles.map(([zoom]) => zoom))) {
    const around = tiles.filter(([zoom]) => zoom === z).flatMap(([, x, y]) => [[z, x + 1, y], [z, x, y + 1], [z, x + 1, y + 1], [z, x - 1, y]] as TileAddress[]) // prettier-ignore
    await Promise.all(around.filter((tile) => !timed.has(String(tile))).slice(0, 40).map((tile) => ask(agent, server, tile))) // prettier-ignore
  }
  agent.destroy()
  await new Promise((resolve) => setTimeout(resolve, 500)) // what the server keeps is written behind the answers
}

function ask(agent: http.Agent, { origin }: MeasuredServer, [z, x, y]: TileAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const url = `${origin}/tiles/${SET.id}/${z}/${x}/${y}.mvt`
    const request = http.get(url, { agent, headers: { 'accept-encoding': 'identity' } }, (answer) => {
      answer.resume().on('error', reject)
      answer.on('end', () => (answer.statusCode! < 300 ? resolve() : reject(new Error(`${url} answered ${answer.statusCode}`))))
    })
    request.on('error', reject)
  })
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
