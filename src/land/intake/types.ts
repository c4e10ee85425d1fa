/** What a file can be imported into. */
export const TARGETS = ['parcels', 'buildings', 'streets', 'zones'] as const
export type Target = (typeof TARGETS)[number]

/** What the command was asked to do. `map` is our field → the file's field. */
export interface ImportOptions {
  file: string
  into: Target
  map: Readonly<Record<string, string>>
  /** EPSG code from --crs; null: the file says */
  crs: number | null
  layer: string | null
  /** name as given, in English or Persian; null: the municipality that is there */
  municipality: string | null
  calendar: 'jalali' | 'gregorian' | null
  table: { file: string; join: string; map: Readonly<Record<string, string>> } | null
  /** CSV that says which of our land-use classes a use code of the file is */
  uses: string | null
  dryRun: boolean
  strict: boolean
}

/** The coordinate reference system as the file gives it. */
export type SourceCrs =
  { kind: 'epsg'; code: number; from: string } | { kind: 'wkt'; wkt: string; from: string } | { kind: 'unknown'; why: string }

/** One feature as read, whatever the format. `geometry` is GeoJSON or null and has not been checked. */
export interface SourceFeature {
  /** place in the file, counted from 1 */
  ordinal: number
  properties: Readonly<Record<string, unknown>>
  geometry: unknown
  /** why it cannot be read at all, in words */
  defect?: { reason: 'malformed' | 'deleted'; detail: string }
  /** quantisation left a ring or an arc that encloses nothing; it was skipped */
  lostCollapsed?: boolean
}

/** An open file. `crs` may be known only after the last feature (GeoJSON may say it at its end). */
export interface Source {
  format: 'GeoJSON' | 'TopoJSON' | 'Shapefile' | 'GeoPackage'
  layer: string | null
  /** fields when the format has a list of them; null: look at the features */
  fields: readonly string[] | null
  /** features when the format says how many; null: not known before the end */
  count: number | null
  readCrs(): SourceCrs
  features(): AsyncIterable<SourceFeature>
  /** remarks for the report: encoding assumed, layers ignored */
  remarks: readonly string[]
  close(): Promise<void>
}

/** Why a feature was left out. Each feature is left out for one reason, the first that holds in this order. */
export const REASONS = [
  'deleted', 'malformed', 'empty', 'wrong-type', 'outside', 'invalid', 'far', 'no-code', 'code-too-long', 'bad-code',
  'present', 'repeated',
] as const // prettier-ignore
export type Reason = (typeof REASONS)[number]

/** A feature named in the report: its code (or id) and its place in the file. */
export interface Named {
  id: string
  ordinal: number
  detail: string | null
}

/** What an import did, or would have done. `read` = `added` + all of `leftOut`. */
export interface ImportReport {
  file: string
  format: string
  layer: string | null
  into: Target
  municipality: { slug: string; nameEn: string; srid: number; isNew: boolean } | null
  sourceCrs: string
  outcome: 'applied' | 'dry-run' | 'refused'
  read: number
  added: number
  leftOut: { reason: Reason; features: Named[] }[]
  /** codes that occur more than once, with every place; the first that can be used is added */
  repeatedCodes: { code: string; ordinals: number[] }[]
  overlaps: Overlap[]
  warnings: { message: string; features: Named[] }[]
  remarks: string[]
  /** rows made beside the features: streets, blocks */
  derived: Record<string, number>
  seconds: number
}

/** Two features whose areas cross by more than 0.05 m². `recorded`: both were added, and it is a finding on both. */
export interface Overlap {
  a: Named
  b: Named
  areaM2: number
  recorded: boolean
}
