import { RefusalError } from '../refusal.ts'
import { parseJson, scanJson, type JsonScanner } from './scan-json.ts'
import type { Source, SourceCrs, SourceFeature } from '../types.ts'

const GEOMETRIES = ['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection']
const WGS84: SourceCrs = { kind: 'epsg', code: 4326, from: 'GeoJSON is longitude and latitude' }
/** Members that are small and matter; others are skipped unread. */
const READ_MEMBERS = ['type', 'crs', 'geometry', 'properties', 'id', 'coordinates']

/** The `type` of the outermost object, found without reading the rest into memory. @throws RefusalError when there is none */
export async function readJsonType(path: string): Promise<string> {
  const scanner = await scanJson(path)
  try {
    const first = await scanner.peek()
    if (first === '') throw new RefusalError('The file is empty.')
    if (first !== '{') throw new RefusalError('The file is JSON but no GeoJSON or TopoJSON: it does not begin with an object.')
    let found: unknown
    for await (const { name, skip, read } of listMembers(scanner)) {
      if (name !== 'type') await skip()
      else {
        found = await read()
        break
      }
    }
    if (typeof found !== 'string') throw new RefusalError('The file is JSON but no GeoJSON or TopoJSON: it has no "type".')
    return found
  } finally {
    await scanner.close()
  }
}

/** Open GeoJSON: a FeatureCollection read feature by feature, or one Feature, or one geometry. */
export function openGeoJson(path: string, type: string): Source {
  if (type !== 'FeatureCollection' && type !== 'Feature' && !GEOMETRIES.includes(type)) {
    throw new RefusalError(`The file is JSON of type "${type}": neither GeoJSON nor TopoJSON.`)
  }
  let crs: SourceCrs = WGS84
  const keepCrs = (member: unknown) => {
    crs = readLegacyCrs(member)
  }
  return {
    format: 'GeoJSON',
    layer: null,
    fields: null,
    count: null,
    remarks: [],
    readCrs: () => crs,
    features: () => (type === 'FeatureCollection' ? readCollection(path, keepCrs) : readSingle(path, type, keepCrs)),
    close: async () => {},
  }
}

async function* readCollection(path: string, keepCrs: (member: unknown) => void): AsyncGenerator<SourceFeature> {
  const scanner = await scanJson(path)
  let ordinal = 0
  let hasFeatures = false
  try {
    for await (const { name, skip, read } of listMembers(scanner)) {
      if (name === 'crs') keepCrs(await read())
      else if (name !== 'features') await skip()
      else {
        hasFeatures = true
        if ((await scanner.peek()) !== '[') throw new RefusalError('"features" of the FeatureCollection is not a list.')
        await scanner.take('[')
        if ((await scanner.peek()) === ']') await scanner.take(']')
        else {
          for (;;) {
            const text = (await scanner.readValue())!
            yield toFeature(parseJson(text, `feature ${++ordinal}`), ordinal)
            if ((await scanner.peek()) === ']') break
            await scanner.take(',')
          }
          await scanner.take(']')
        }
      }
    }
    if (!hasFeatures) throw new RefusalError('The FeatureCollection has no "features".')
    await requireEnd(scanner)
  } finally {
    await scanner.close()
  }
}

async function* readSingle(path: string, type: string, keepCrs: (member: unknown) => void): AsyncGenerator<SourceFeature> {
  const scanner = await scanJson(path)
  try {
    const value = parseJson((await scanner.readValue())!, 'the object') as Record<string, unknown>
    await requireEnd(scanner)
    if ('crs' in value) keepCrs(value.crs)
    yield type === 'Feature' ? toFeature(value, 1) : { ordinal: 1, properties: {}, geometry: value }
  } finally {
    await scanner.close()
  }
}

/** The members of the outermost object; the caller consumes each value by `skip` or `read`. */
async function* listMembers(scanner: JsonScanner) {
  await scanner.take('{')
  if ((await scanner.peek()) === '}') return void (await scanner.take('}'))
  for (;;) {
    if ((await scanner.peek()) !== '"') await scanner.take('"')
    const name = String(parseJson((await scanner.readValue())!, 'the name of a member'))
    await scanner.take(':')
    yield {
      name,
      skip: () => scanner.readValue(true),
      read: async () => parseJson((await scanner.readValue(!READ_MEMBERS.includes(name))) ?? 'null', `"${name}"`),
    }
    if ((await scanner.peek()) === '}') break
    await scanner.take(',')
  }
  await scanner.take('}')
}

async function requireEnd(scanner: JsonScanner): Promise<void> {
  const next = await scanner.peek()
  if (next === '') return
  throw new RefusalError(
    `After the end of the JSON there is more ("${next}"). A list of features line by line is not GeoJSON: make it a FeatureCollection.`,
  )
}

/** A feature whose own structure is wrong is one bad feature, not a bad file. */
function toFeature(value: unknown, ordinal: number): SourceFeature {
  const bad = (detail: string): SourceFeature => ({
    ordinal,
    properties: {},
    geometry: null,
    defect: { reason: 'malformed', detail },
  })
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return bad('the feature is not an object')
  const feature = value as Record<string, unknown>
  if (feature.type !== 'Feature') return bad(`the type of the feature is ${JSON.stringify(feature.type) ?? 'missing'}`)
  if (!('geometry' in feature)) return bad('the feature has no "geometry"')
  const properties = feature.properties ?? {}
  if (typeof properties !== 'object' || Array.isArray(properties)) return bad('"properties" of the feature is not an object')
  const id = feature.id
  const hasId = typeof id === 'string' || typeof id === 'number'
  return {
    ordinal,
    geometry: feature.geometry,
    // The feature's own id can be mapped like a field.
    properties: hasId && !('id' in properties) ? { ...properties, id } : (properties as Record<string, unknown>),
  }
}

/** The "crs" member of GeoJSON 2008, which files from GIS programs still carry. */
export function readLegacyCrs(member: unknown): SourceCrs {
  if (member === null || member === undefined) return WGS84
  const { properties } = member as { properties?: { name?: unknown; code?: unknown } }
  const stated = properties?.name ?? properties?.code
  const name = typeof stated === 'string' || typeof stated === 'number' ? String(stated) : ''
  if (/CRS:?84$/i.test(name)) return { kind: 'epsg', code: 4326, from: `"crs" ${name}` }
  const code = /^(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d+)$/i.exec(name)?.[1] ?? /^(\d{4,6})$/.exec(name)?.[1]
  if (code) return { kind: 'epsg', code: Number(code), from: `"crs" ${name}` }
  return { kind: 'unknown', why: `the "crs" of the file is not understood (${JSON.stringify(member).slice(0, 100)})` }
}
