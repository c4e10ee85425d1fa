import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { openPool } from '#db/connect.ts'
import { holdFill, withServer, type Bench } from './bench-run.ts'
import { patchLandUse, putBack, type Edited } from './edit-land.ts'
import type { Figure, Results } from './figures.ts'
import type { BenchCity } from './open-bench-city.ts'
import type { PlannedEdit } from './pick-edits.ts'
import { findPostmaster, readCosts } from './read-costs.ts'
import { quantile } from './summarise.ts'

const WARM_UP = 10
const EDITS = 40

/** What one edit made the database do. */
interface Work {
  patchMs: number
  tiles: number
  /** Pages looked at, rows read or written by all statements from the edit until everything behind it is done. */
  buffers: number
  rows: number
  walKB: number
  databaseMs: number
}

/**
 * The cost of one edit of a land use, one at a time and nothing else going on: its answer, and all that the database does for it until
 * low zooms and kept tiles have followed. It must not grow with the city: `edits-by-size.md` shows all sizes that were measured.
 */
export async function benchEdits(city: BenchCity): Promise<Figure[]> {
  const pool = openPool(city.url, { applicationName: 'bench' })
  const ownerPool = city.ownerUrl === null ? null : openPool(city.ownerUrl, { applicationName: 'bench owner', size: 1 })
  const bench: Pick<Bench, 'url' | 'pool' | 'ownerPool'> & { postmaster: number | null } = { url: city.url, pool, ownerPool, postmaster: await findPostmaster(pool) } // prettier-ignore
  try {
    const release = await holdFill(bench)
    return await withServer(bench, { store: 'on' }, (server) => measureEdits(bench, server.origin)).finally(release)
  } finally {
    await Promise.all([pool.end(), ownerPool?.end()])
  }
}

async function measureEdits(bench: Pick<Bench, 'pool' | 'postmaster'>, origin: string): Promise<Figure[]> {
  const edits = await spreadEdits(bench.pool, WARM_UP + EDITS)
  const counts = await bench.pool.query('select from pg_stat_statements limit 1').then(() => true, () => false) // prettier-ignore
  if (!counts) process.stderr.write('pg_stat_statements is not there: pages, rows and WAL of an edit are NOT counted\n')
  const works: Work[] = []
  try {
    for (const [index, edit] of edits.entries()) {
      const before = counts ? await readWork(bench.pool) : null
      const cpuBefore = readCosts({ server: [], postmaster: bench.postmaster }).databaseS
      const startedAt = performance.now()
      const { tiles }: Edited = await patchLandUse(origin, edit)
      const patchMs = performance.now() - startedAt
      await sleep(700) // what follows an edit: other processes' low zooms, tiles made again
      const after = counts ? await readWork(bench.pool) : null
      const databaseMs = (readCosts({ server: [], postmaster: bench.postmaster }).databaseS - cpuBefore) * 1000
      if (index < WARM_UP) continue
      const of = (name: 'buffers' | 'rows' | 'wal') => (after && before ? after[name] - before[name] : NaN)
      works.push({ patchMs, tiles: tiles.length, buffers: of('buffers'), rows: of('rows'), walKB: of('wal') / 1000, databaseMs })
    }
  } finally {
    await putBack(bench, edits)
  }
  const figure = (name: string, of: keyof Work, unit: Figure['unit'], note?: string, part = 0.5): Figure => ({
    group: 'edits',
    name,
    value: quantile(works.map((work) => work[of]), part), // prettier-ignore
    unit,
    ...(note && { note }),
  })
  return [
    figure('one edit: PATCH, median', 'patchMs', 'ms', `p95 ${quantile(works.map(({ patchMs }) => patchMs), 0.95).toFixed(0)} ms; ${EDITS} edits spread over the city`), // prettier-ignore
    figure('one edit: PATCH, p95', 'patchMs', 'ms', undefined, 0.95),
    figure('one edit: tiles touched, median', 'tiles', '', 'of the set land, zooms 8–16'),
    ...(counts
      ? [
          figure('one edit: pages looked at by all its statements, median', 'buffers', '', 'with tiles made again afterwards, and what the processes do in that time anyway'), // prettier-ignore
          figure('one edit: rows of all its statements, median', 'rows', ''),
          figure('one edit: WAL, median', 'walKB', 'kB'),
        ]
      : []),
    figure('one edit: processor time of the database, median', 'databaseMs', 'ms', 'to the hundredth of a second'),
  ]
}

/** Parcels evenly spread over the ids, in blocks: each edit is of another place. */
async function spreadEdits(pool: pg.Pool, count: number): Promise<PlannedEdit[]> {
  const { rows } = await pool.query<{ id: number; code: string; use: string }>(
    `with range as (select min(parcel_id) as first, max(parcel_id) as last from land.parcels)
     select p.id, p.code, p.use from range, generate_series(0, $1::int - 1) i
     cross join lateral (
       select parcel_id as id, code, land_use as use from land.parcels
       where parcel_id >= first + ((last - first) * i) / $1 and status = 'current' and land_use is not null and block_id is not null
       order by parcel_id limit 1) p
     order by i`,
    [count],
  )
  return rows.map(({ id, code, use }) => ({ id, code, from: use, to: use === 'COM' ? 'GRN' : 'COM', tile: '', tiles: [] }))
}

async function readWork(pool: pg.Pool): Promise<{ buffers: number; rows: number; wal: number }> {
  const { rows } = await pool.query<{ buffers: number; rows: number; wal: number }>(
    `select sum(shared_blks_hit + shared_blks_read)::float8 as buffers, sum(rows)::float8 as rows, sum(wal_bytes)::float8 as wal
     from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database()) and query not like '%pg_stat_statements%'`,
  )
  return rows[0]!
}

/** The figures of edits of all sizes that have been measured, side by side, as a Markdown table. */
export function writeEditsBySize(folder: string): string {
  const results = readdirSync(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Results)
    .filter(({ figures }) => figures.some(({ group }) => group === 'edits'))
    .sort((a, b) => a.parcels - b.parcels)
  const names = [
    ...new Set(results.flatMap(({ figures }) => figures.filter(({ group }) => group === 'edits').map(({ name }) => name))),
  ]
  const cell = ({ figures }: Results, name: string) => {
    const found = figures.find((figure) => figure.group === 'edits' && figure.name === name)
    return found ? `${found.value.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ${found.unit}`.trim() : ''
  }
  return [
    '# The cost of one edit by the size of the city',
    '',
    `| figure | ${results.map(({ parcels }) => `${parcels.toLocaleString('en-US')} parcels`).join(' | ')} |`,
    `|---|${results.map(() => '---:|').join('')}`,
    ...names.map((name) => `| ${name} | ${results.map((result) => cell(result, name)).join(' | ')} |`),
    '',
  ].join('\n')
}
