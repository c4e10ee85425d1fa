import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { parseWkb } from './parse-wkb.ts'
import { RefusalError } from '../refusal.ts'
import type { Source, SourceCrs, SourceFeature } from '../types.ts'

interface Layer {
  table: string
  column: string
  crs: SourceCrs
}

/** Open a GeoPackage. Only tables of features are seen: rasters and attribute tables in the same file do not matter. */
export function openGeoPackage(path: string, layer: string | null): Source {
  const database = openDatabase(path)
  try {
    const chosen = chooseLayer(listLayers(database), layer)
    const fields = listFields(database, chosen)
    const count = Number(database.prepare(`select count(*) as n from ${quote(chosen.table)}`).get()?.n ?? 0)
    return {
      format: 'GeoPackage',
      layer: chosen.table,
      fields,
      count,
      remarks: [],
      readCrs: () => chosen.crs,
      features: async function* () {
        try {
          yield* readFeatures(database, chosen, fields)
        } catch (error) {
          throw explain(error)
        }
      },
      close: async () => database.close(),
    }
  } catch (error) {
    database.close()
    throw explain(error)
  }
}

function openDatabase(path: string): DatabaseSync {
  const url = pathToFileURL(path)
  // Immutable: nothing is written beside the file. A log of writes not yet in the file must be read, though.
  if (!existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0) url.search = 'immutable=1'
  try {
    return new DatabaseSync(url, { readOnly: true, allowExtension: false })
  } catch (error) {
    throw explain(error)
  }
}

function explain(error: unknown): unknown {
  if (error instanceof RefusalError) return error
  if ((error as { code?: string }).code !== 'ERR_SQLITE_ERROR') return error
  return new RefusalError(`The GeoPackage cannot be read: ${(error as Error).message}.`, { cause: error })
}

function listLayers(database: DatabaseSync): Layer[] {
  const known = database
    .prepare(`select count(*) as n from sqlite_master where name in ('gpkg_contents', 'gpkg_geometry_columns')`)
    .get()
  if (known?.n !== 2) throw new RefusalError('The file is an SQLite database but no GeoPackage: it has no list of layers.')
  const rows = database
    .prepare(
      `select g.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.definition, s.srs_id, s.srs_name
       from gpkg_contents c join gpkg_geometry_columns g on lower(g.table_name) = lower(c.table_name)
       left join gpkg_spatial_ref_sys s on s.srs_id = g.srs_id
       where c.data_type = 'features' order by g.table_name`,
    )
    .all()
  return rows.map((row) => ({ table: String(row.table_name), column: String(row.column_name), crs: readCrs(row) }))
}

function readCrs(row: Record<string, unknown>): SourceCrs {
  const code = Number(row.organization_coordsys_id)
  const from = `the GeoPackage: ${readText(row.srs_name)}`
  if (/^epsg$/i.test(readText(row.organization)) && code > 0) return { kind: 'epsg', code, from }
  const wkt = readText(row.definition)
  if (Number(row.srs_id) > 0 && wkt.includes('[')) return { kind: 'wkt', wkt, from }
  return { kind: 'unknown', why: 'the GeoPackage does not name the coordinate system of this layer' }
}

function readText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function chooseLayer(layers: readonly Layer[], name: string | null): Layer {
  const names = layers.map((layer) => layer.table).join(', ')
  if (layers.length === 0) throw new RefusalError('The GeoPackage has no layer of features.')
  if (name === null && layers.length > 1) {
    throw new RefusalError(`The file has several layers: ${names}. Say which one: --layer ${layers[0]!.table}`)
  }
  const chosen = name === null ? layers[0] : layers.find((layer) => layer.table === name)
  if (!chosen) throw new RefusalError(`The file has no layer "${name}". It has: ${names}.`)
  return chosen
}

function listFields(database: DatabaseSync, layer: Layer): string[] {
  const columns = database
    .prepare('select name, type from pragma_table_info(?)')
    .all(layer.table)
    .map((row) => String(row.name))
  return columns.filter((name) => name.toLowerCase() !== layer.column.toLowerCase())
}

function* readFeatures(database: DatabaseSync, layer: Layer, fields: readonly string[]): Generator<SourceFeature> {
  const columns = [...fields, layer.column].map(quote).join(', ')
  const statement = database.prepare(`select ${columns} from ${quote(layer.table)}`)
  statement.setReadBigInts(true)
  let ordinal = 0
  for (const row of statement.iterate()) {
    ordinal++
    const { [layer.column]: blob, ...properties } = row as Record<string, unknown>
    for (const [name, value] of Object.entries(properties)) {
      if (typeof value === 'bigint') properties[name] = String(value)
      else if (value instanceof Uint8Array) properties[name] = null
    }
    try {
      yield { ordinal, properties, geometry: readBlob(blob) }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      yield { ordinal, properties, geometry: null, defect: { reason: 'malformed', detail: error.message } }
    }
  }
}

/** A GeoPackage geometry: "GP", version, flags (envelope size, emptiness), SRS, envelope, then WKB. */
function readBlob(blob: unknown): unknown {
  if (blob === null || blob === undefined) return null
  if (!(blob instanceof Uint8Array)) throw new RangeError('the geometry column holds no geometry')
  if (blob.length < 8 || blob[0] !== 0x47 || blob[1] !== 0x50) throw new RangeError('the geometry does not begin with "GP"')
  const flags = blob[3]!
  if (flags & 0b10000) return null // the empty flag
  const envelope = [0, 32, 48, 48, 64][(flags >> 1) & 0b111]
  if (envelope === undefined) throw new RangeError('the envelope of the geometry is of no known kind')
  if (blob.length < 8 + envelope) throw new RangeError('the geometry is cut off')
  return parseWkb(blob.subarray(8 + envelope))
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
