import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import { openPool } from '#db/connect.ts'
import { writeEditsBySize } from './edits.ts'
import { GROUPS, isKept, replaceFigures, writeTable, type Figure, type Group, type Results } from './figures.ts'
import { openBenchCity } from './open-bench-city.ts'
import { PARTS } from './tiles.ts'

const HELP = `npm run bench -- [tiles] [edits] [api] [pages] [options]: measure, print one Markdown table, keep it in test/bench/results/
  --parcels N               size of the city (20000); a city of that size is made in a cluster of its own and removed at the end
  --database-url URL        measure on this database instead (tiles: as its application's role)
  --database-owner-url URL  its owner: without it no store can be emptied and nothing rebuilt; parts that need that say so
  --hold                    make the city, say both its addresses, and keep it until Ctrl-C: for several runs on the same one
  --only PART[,PART]        of tiles only: ${PARTS.join(', ')}; figures of other parts stay as they were
  --target URL              replay tiles against another server on the same PostGIS, after its tiles were found to be ours: its address
                            when its tiles are at /tiles/{set}/{z}/{x}/{y}.mvt, otherwise a template with those words in braces
  --target-pid PID          its process, when it runs here: its processor time and memory are counted
  --results FOLDER          where figures are kept and looked for, instead of test/bench/results
  --help
`
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parcels: { type: 'string', default: '20000' },
    'database-url': { type: 'string' },
    'database-owner-url': { type: 'string' },
    hold: { type: 'boolean' },
    only: { type: 'string' },
    target: { type: 'string' },
    'target-pid': { type: 'string' },
    results: { type: 'string', default: 'test/bench/results' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit()
}
const groups = chooseAmong('bench', GROUPS, positionals)
const parts = chooseAmong('part of tiles', PARTS, values.only?.split(',') ?? [])
const target =
  values.target === undefined ? null : { address: values.target, pid: values['target-pid'] ? Number(values['target-pid']) : null }
if (target && !values['database-url'])
  throw new Error('--target is a server on a database that is there: give its --database-url')

const city = await openBenchCity(Number(values.parcels), values['database-url'] ?? null, values['database-owner-url'] ?? null)
try {
  if (values.hold) await hold()
  else await measureAll()
} finally {
  await city.close()
}

async function hold(): Promise<void> {
  process.stdout.write(`--database-url '${city.url}' --database-owner-url '${city.ownerUrl}'\n`)
  const waiting = setInterval(() => undefined, 1 << 30)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(waiting)
}

async function measureAll(): Promise<void> {
  const pool = openPool(city.url)
  const figures: Figure[] = []
  let about: Pick<Results, 'parcels' | 'versions'>
  try {
    about = { parcels: await countParcels(pool), versions: await listVersions(pool) }
    for (const group of groups) {
      process.stderr.write(`measuring ${group} …\n`)
      figures.push(...(await measure(group, roundSize(about.parcels))))
    }
  } finally {
    await pool.end()
  }
  keep(about, figures)
}

/** Each part is loaded when it is measured: the browser's is heavy. */
async function measure(group: Group, size: number): Promise<Figure[]> {
  const { url } = city
  switch (group) {
    case 'tiles':
      return (await import('./tiles.ts')).benchTiles(city, size, parts, target)
    case 'edits':
      return (await import('./edits.ts')).benchEdits(city)
    case 'api':
      return (await import('./api.ts')).benchApi(url)
    case 'pages':
      return (await import('./pages.ts')).benchPages(url)
  }
}

/** Those asked for, in our order; all when none is. @throws Error naming those there are */
function chooseAmong<T extends string>(kind: string, known: readonly T[], asked: readonly string[]): T[] {
  const unknown = asked.filter((name) => !(known as readonly string[]).includes(name))
  if (unknown.length > 0) throw new Error(`there is no ${kind} "${unknown.join(', ')}"; there are: ${known.join(', ')}`)
  return known.filter((name) => asked.length === 0 || asked.includes(name))
}

function keep(about: Pick<Results, 'parcels' | 'versions'>, fresh: Figure[]): void {
  const name = `${values.results}/${roundSize(about.parcels)}`
  const last = readCommitted(`test/bench/results/${roundSize(about.parcels)}.json`)
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
    figures: replaceFigures(kept?.figures ?? [], fresh, values.only !== undefined || target !== null),
  }
  const table = writeTable(results, last)
  mkdirSync(values.results, { recursive: true })
  writeFileSync(`${name}.json`, JSON.stringify(results, null, 2) + '\n')
  writeFileSync(`${name}.md`, table)
  if (groups.includes('edits')) writeFileSync(`${values.results}/edits-by-size.md`, writeEditsBySize(values.results))
  process.stdout.write(table)
  const broken = fresh.filter((figure) => !isKept(figure))
  if (broken.length > 0) process.stderr.write(`${broken.length} of ${fresh.length} figures are above their limit\n`)
}

/** A city never has exactly the parcels asked for: 19,822 are kept as 20000. */
function roundSize(parcels: number): number {
  return Number(parcels.toPrecision(1))
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
