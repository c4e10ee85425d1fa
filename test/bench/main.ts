import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import { openPool } from '#db/connect.ts'
import { GROUPS, isKept, replaceFigures, writeTable, type Figure, type Group, type Results } from './figures.ts'
import { openBenchCity } from './open-bench-city.ts'

/**
 * `npm run bench -- [tiles] [api] [pages] [--parcels 20000] [--database-url URL]`: measure, print one Markdown table, keep it in results/.
 * Without `--database-url` a city of that size is made in a cluster of its own, which is removed at the end.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { parcels: { type: 'string', default: '20000' }, 'database-url': { type: 'string' } },
})
const unknown = positionals.filter((name) => !(GROUPS as readonly string[]).includes(name))
if (unknown.length > 0) throw new Error(`there is no bench "${unknown.join(', ')}"; there are: ${GROUPS.join(', ')}`)
const groups = GROUPS.filter((group) => positionals.length === 0 || positionals.includes(group))

const city = await openBenchCity(Number(values.parcels), values['database-url'] ?? null)
try {
  const pool = openPool(city.url)
  const figures: Figure[] = []
  let about: Pick<Results, 'parcels' | 'versions'>
  try {
    about = { parcels: await countParcels(pool), versions: await listVersions(pool) }
    for (const group of groups) {
      process.stderr.write(`measuring ${group} …\n`)
      figures.push(...(await measure(group, city.url)))
    }
  } finally {
    await pool.end()
  }
  keep(about, figures)
} finally {
  await city.close()
}

/** Each part is loaded when it is measured: the browser's is heavy. */
async function measure(group: Group, url: string): Promise<Figure[]> {
  switch (group) {
    case 'tiles':
      return (await import('./tiles.ts')).benchTiles(url)
    case 'api':
      return (await import('./api.ts')).benchApi(url)
    case 'pages':
      return (await import('./pages.ts')).benchPages(url)
  }
}

function keep(about: Pick<Results, 'parcels' | 'versions'>, fresh: Figure[]): void {
  // A city never has exactly the parcels asked for: 19,822 are kept as 20000.
  const name = `test/bench/results/${Number(about.parcels.toPrecision(1))}`
  const last = readCommitted(`${name}.json`)
  const kept = existsSync(`${name}.json`) ? (JSON.parse(readFileSync(`${name}.json`, 'utf8')) as Results) : last
  const results: Results = {
    ...about,
    date: new Date().toISOString().slice(0, 10),
    commit:
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'db', 'tiles') ? ' with changes' : ''),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGB: Math.round(totalmem() / 2 ** 30),
      os: `${type()} ${release()}`,
    },
    figures: replaceFigures(kept?.figures ?? [], fresh),
  }
  const table = writeTable(results, last)
  mkdirSync('test/bench/results', { recursive: true })
  writeFileSync(`${name}.json`, JSON.stringify(results, null, 2) + '\n')
  writeFileSync(`${name}.md`, table)
  process.stdout.write(table)
  const broken = fresh.filter((figure) => !isKept(figure))
  if (broken.length > 0) process.stderr.write(`${broken.length} of ${fresh.length} figures are above their limit\n`)
}

function readCommitted(path: string): Results | null {
  const text = git('show', `HEAD:${path}`)
  return text ? (JSON.parse(text) as Results) : null
}

/** Empty outside a repository or when git has no answer. */
function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 }).trim()
  } catch {
    return ''
  }
}

async function countParcels(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from land.parcels where status = 'current'`)
  return rows[0]!.count
}

async function listVersions(pool: pg.Pool): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ postgres: string; postgis: string }>(
    `select current_setting('server_version') as postgres, postgis_lib_version() as postgis`,
  )
  return { Node: process.versions.node, PostgreSQL: rows[0]!.postgres.split(' ')[0]!, PostGIS: rows[0]!.postgis }
}
