import { parseArgs } from 'node:util'
import { checkMapKeys } from './choose-fields.ts'
import { UsageError } from './refusal.ts'
import { TARGETS, type ImportOptions, type Target } from './types.ts'

export const USAGE = `npm run import -- FILE --into parcels|buildings|streets|zones [options]

  FILE                     GeoJSON, TopoJSON, Shapefile (.shp or .zip) or GeoPackage
  --into TARGET            what the features are
  --map code=ML,use=Use    which field of the file is which of ours
  --crs EPSG:n             the file's coordinate system, when the file does not say it
  --layer NAME             which layer, when the file has several
  --municipality NAME      needed for an empty database: whose land this is
  --calendar jalali|gregorian   for a new municipality (default: jalali in Iran)
  --table FILE.csv --join FIELD   parcels: values of a table, joined by the parcel's code
  --uses FILE.csv          source,use: which of our land-use classes the file's use codes are
  --report FILE.json       write the report there as well
  --strict                 refuse the whole file when any feature would be left out
  --dry-run                do everything, then undo it
`

/** What the command line asks for, and where the report goes. */
export interface Arguments extends ImportOptions {
  reportFile: string | null
}

/** Read the command line. Pure. @throws UsageError with a sentence that says what to write instead */
export function parseArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv)
  const file = positionals[0]
  if (file === undefined) throw new UsageError('Which file? Give its path first.')
  if (positionals.length > 1) throw new UsageError(`One file at a time: "${positionals[1]}" is one too many.`)
  const into = values.into
  if (!isTarget(into)) throw new UsageError(`--into is one of ${TARGETS.join(', ')}${into ? `, not "${into}"` : ''}.`)
  const map = parsePairs(values.map ?? [])
  const table = readTable(into, values.table, values.join, map)
  if (!table) checkMapKeys(into, map)
  return {
    file,
    into,
    map,
    table,
    uses: values.uses ?? null,
    crs: parseCrs(values.crs),
    layer: values.layer ?? null,
    municipality: readName(values.municipality),
    calendar: readCalendar(values.calendar),
    dryRun: values['dry-run'],
    strict: values.strict,
    reportFile: values.report ?? null,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        into: { type: 'string' },
        map: { type: 'string', multiple: true },
        crs: { type: 'string' },
        layer: { type: 'string' },
        municipality: { type: 'string' },
        calendar: { type: 'string' },
        table: { type: 'string' },
        join: { type: 'string' },
        uses: { type: 'string' },
        report: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function isTarget(value: string | undefined): value is Target {
  return TARGETS.includes(value as Target)
}

function parsePairs(given: readonly string[]): Record<string, string> {
  const pairs = new Map<string, string>()
  for (const pair of given.flatMap((list) => list.split(',')).filter((text) => text.trim() !== '')) {
    const cut = pair.indexOf('=')
    const key = pair.slice(0, cut).trim()
    const field = pair.slice(cut + 1).trim()
    if (cut < 1 || field === '') throw new UsageError(`--map is a list like code=ML,use=UseCode; "${pair}" is no pair.`)
    if (pairs.has(key)) throw new UsageError(`--map says "${key}" twice.`)
    pairs.set(key, field)
  }
  return Object.fromEntries(pairs)
}

function parseCrs(given: string | undefined): number | null {
  if (given === undefined) return null
  const code = /^(?:EPSG:)?(\d{4,6})$/i.exec(given.trim())?.[1]
  if (!code) throw new UsageError(`--crs is a code like EPSG:32639, not "${given}".`)
  return Number(code)
}

function readCalendar(given: string | undefined): 'jalali' | 'gregorian' | null {
  if (given === undefined) return null
  if (given !== 'jalali' && given !== 'gregorian') throw new UsageError(`--calendar is jalali or gregorian, not "${given}".`)
  return given
}

function readName(given: string | undefined): string | null {
  if (given === undefined) return null
  const name = given.replace(/\s+/g, ' ').trim()
  if (name === '' || name.length > 200) throw new UsageError('--municipality is a name of 1 to 200 characters.')
  return name
}

function readTable(into: Target, file: string | undefined, join: string | undefined, map: Record<string, string>) {
  if (file === undefined && join === undefined) return null
  if (into !== 'parcels') throw new UsageError('--table joins values to parcels only.')
  if (file === undefined || join === undefined) throw new UsageError('--table FILE.csv and --join FIELD go together.')
  checkMapKeys(into, map)
  return { file, join, map }
}
