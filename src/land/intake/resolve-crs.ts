import type pg from 'pg'
import { isSameCrs, summariseWkt } from './parse-wkt.ts'
import { RefusalError } from './refusal.ts'
import type { SourceCrs } from './types.ts'

/** The coordinate system of a file as PostGIS knows it. */
export interface ResolvedCrs {
  srid: number
  isGeographic: boolean
  /** for the report: "EPSG:4326 (GeoJSON is longitude and latitude)" */
  words: string
  /** said in the report when --crs and the file differ */
  warning: string | null
}

/** @throws RefusalError when the file does not say it, says it in words nobody knows, or the code does not exist */
export async function resolveCrs(client: pg.ClientBase, source: SourceCrs, asked: number | null): Promise<ResolvedCrs> {
  const stated = source.kind === 'unknown' ? null : await findCode(client, source)
  if (asked !== null) {
    const contradicts = stated !== null && stated !== asked && source.kind !== 'unknown'
    const warning = contradicts ? `--crs EPSG:${asked} is used although the file says EPSG:${stated} (${source.from}).` : null
    return { ...(await describe(client, asked, '--crs')), warning }
  }
  if (source.kind === 'unknown') {
    throw new RefusalError(`The coordinate system is not known: ${source.why}. Say which one it is: --crs EPSG:…`)
  }
  if (stated === null) {
    const name = /"([^"]*)"/.exec(source.kind === 'wkt' ? source.wkt : '')?.[1] ?? 'without a name'
    throw new RefusalError(
      `The coordinate system "${name}" (${source.from}) is none that Barzan can identify. Say which one it is: --crs EPSG:…`,
    )
  }
  return { ...(await describe(client, stated, source.from)), warning: null }
}

async function findCode(client: pg.ClientBase, source: Exclude<SourceCrs, { kind: 'unknown' }>): Promise<number | null> {
  if (source.kind === 'epsg') return source.code
  const summary = summariseWkt(source.wkt)
  if (!summary) return null
  if (summary.authority !== null) return summary.authority
  // Esri's text states no code. The system is looked for by all its numbers, never by its name alone: a wrong datum would
  // move a city by a hundred metres without anybody noticing. The name only chooses among equals.
  const { rows } = await client.query<{ srid: number; auth_name: string; srtext: string }>(
    `select srid, auth_name, srtext from spatial_ref_sys where srtext like $1 order by auth_name = 'EPSG' desc, srid`,
    [summary.isProjected ? 'PROJCS%' : 'GEOGCS%'],
  )
  const same = rows
    .map((row) => ({ ...row, summary: summariseWkt(row.srtext) }))
    .filter((row) => row.summary !== null && isSameCrs(row.summary, summary))
  const named = same.find((row) => row.summary!.name.endsWith(summary.name) || summary.name.endsWith(row.summary!.name))
  return (named ?? same[0])?.srid ?? null
}

async function describe(client: pg.ClientBase, code: number, from: string) {
  const { rows } = await client.query<{ srtext: string }>('select srtext from spatial_ref_sys where srid = $1', [code])
  const text = rows[0]?.srtext
  if (text === undefined) throw new RefusalError(`There is no coordinate system EPSG:${code} (${from}).`)
  return { srid: code, isGeographic: /^GEOGCS/.test(text), words: `EPSG:${code} (${from})` }
}
