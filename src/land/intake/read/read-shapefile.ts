import { open, readdir, readFile, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { groupRings } from './group-rings.ts'
import { openDbf, type Dbf } from './read-dbf.ts'
import { RefusalError } from '../refusal.ts'
import type { Source, SourceCrs, SourceFeature } from '../types.ts'

const HEADER_BYTES = 100
const LARGEST_RECORD = 64 * 1024 * 1024
const CHUNK_BYTES = 1 << 20
/** Some programs leave zeros after the last record. */
const MOST_PADDING = 512
/** Sidecars are small; a larger .prj or .cpg is something else under that name. */
const LARGEST_SIDECAR = 64 * 1024
/** Numbers below this mean "no data" in the format; a coordinate of that kind is no place. */
const NO_DATA = -1e38

/** Open a shapefile by its .shp; .dbf, .prj and .cpg beside it are found whatever the case of their endings. */
export async function openShapefile(path: string): Promise<Source> {
  const beside = await findSidecars(path)
  const file = await open(path)
  let dbf: Dbf | null = null
  try {
    const size = (await file.stat()).size
    if (size < HEADER_BYTES) throw new RefusalError('The .shp is too short to be a shapefile.')
    const cpg = beside.cpg ? await readSmall(beside.cpg) : null
    dbf = beside.dbf ? await openDbf(beside.dbf, cpg) : null
    const prj = beside.prj ? await readSmall(beside.prj) : null
    const lengths = await readIndex(beside.shx, size)
    const table = dbf
    return {
      format: 'Shapefile',
      layer: null,
      fields: table?.fields ?? [],
      count: table?.count ?? null,
      remarks: table
        ? [`Text is read as ${table.encoding.label} (from ${table.encoding.from}).`]
        : ['There is no .dbf beside the .shp: the features have no attributes.'],
      readCrs: () => readPrj(prj),
      features: () => readRecords(file, size, lengths, table),
      close: async () => {
        await file.close()
        await table?.close()
      },
    }
  } catch (error) {
    await file.close()
    await dbf?.close()
    throw error
  }
}

function readPrj(prj: string | null): SourceCrs {
  if (prj === null) return { kind: 'unknown', why: 'there is no .prj beside the .shp' }
  if (!/^\s*(PROJCS|GEOGCS|PROJCRS|GEOGCRS|GEODCRS|BOUNDCRS|COMPD_CS|COMPOUNDCRS)\s*[[(]/i.test(prj)) {
    return { kind: 'unknown', why: 'the .prj beside the .shp holds no coordinate system' }
  }
  return { kind: 'wkt', wkt: prj, from: 'the .prj' }
}

type Sidecars = Partial<Record<'dbf' | 'shx' | 'prj' | 'cpg', string>>

async function findSidecars(path: string): Promise<Sidecars> {
  const folder = dirname(path)
  const stem = basename(path, extname(path)).toLowerCase()
  const found: Sidecars = {}
  for (const name of await readdir(folder)) {
    const ending = extname(name).slice(1).toLowerCase()
    if (ending !== 'dbf' && ending !== 'shx' && ending !== 'prj' && ending !== 'cpg') continue
    if (basename(name, extname(name)).toLowerCase() === stem) found[ending] = join(folder, name)
  }
  return found
}

async function readSmall(path: string): Promise<string | null> {
  if ((await stat(path)).size > LARGEST_SIDECAR) return null
  return (await readFile(path, 'utf8')).replace(/^\ufeff/, '')
}

/** Read the records one after another. Lengths inside the .shp are trusted unless the index knows better. */
async function* readRecords(
  file: FileHandle,
  size: number,
  lengths: Int32Array | null,
  dbf: Dbf | null,
): AsyncGenerator<SourceFeature> {
  let at = HEADER_BYTES
  let ordinal = 0
  const read = openWindow(file, size)
  while (at + 8 <= size && (lengths === null || ordinal < lengths.length)) {
    const length = lengths ? lengths[ordinal]! : (await read(at, 8)).readInt32BE(4) * 2
    if (length < 4 || length > LARGEST_RECORD) {
      throw new RefusalError(`The .shp is damaged: record ${ordinal + 1} says it has ${length} bytes.`)
    }
    if (at + 8 + length > size) throw new RefusalError(`The .shp is cut off in record ${ordinal + 1}.`)
    const content = await read(at + 8, length)
    at += 8 + length
    ordinal++
    if (dbf && ordinal > dbf.count) {
      throw new RefusalError(`The .shp has more records than the .dbf (${dbf.count}): they do not belong together.`)
    }
    yield toFeature(content, ordinal, dbf ? await dbf.readRow() : {})
  }
  if (dbf && dbf.count !== ordinal) {
    throw new RefusalError(`The .shp has ${ordinal} records and the .dbf ${dbf.count}: they do not belong together.`)
  }
}

/** Reads of a file in order, a megabyte at a time. */
function openWindow(file: FileHandle, size: number): (from: number, length: number) => Promise<Buffer> {
  let chunk: Buffer = Buffer.alloc(0)
  let chunkStart = 0
  return async (from, length) => {
    if (from < chunkStart || from + length > chunkStart + chunk.length) {
      const wanted = Math.min(Math.max(length, CHUNK_BYTES), size - from)
      chunkStart = from
      chunk = Buffer.allocUnsafe(wanted)
      const { bytesRead } = await file.read(chunk, 0, wanted, from)
      if (bytesRead < length) throw new RefusalError('The .shp is cut off.')
    }
    return chunk.subarray(from - chunkStart, from - chunkStart + length)
  }
}

/** Record lengths by the .shx, when it describes records that follow each other exactly and fill the .shp; else null. */
async function readIndex(path: string | undefined, size: number): Promise<Int32Array | null> {
  if (!path) return null
  const index = await readFile(path)
  const count = Math.floor((index.length - HEADER_BYTES) / 8)
  if (count < 1) return null
  const lengths = new Int32Array(count)
  let at = HEADER_BYTES
  for (let i = 0; i < count; i++) {
    if (index.readInt32BE(HEADER_BYTES + i * 8) * 2 !== at) return null
    lengths[i] = index.readInt32BE(HEADER_BYTES + i * 8 + 4) * 2
    at += 8 + lengths[i]!
  }
  return at <= size && size - at <= MOST_PADDING ? lengths : null
}

function toFeature(content: Buffer, ordinal: number, row: Record<string, unknown> | null): SourceFeature {
  if (row === null) {
    const defect = { reason: 'deleted', detail: 'the record is marked as deleted in the .dbf' } as const
    return { ordinal, properties: {}, geometry: null, defect }
  }
  try {
    return { ordinal, properties: row, geometry: readShape(content) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return {
      ordinal,
      properties: row,
      geometry: null,
      defect: { reason: 'malformed', detail: 'the shape is cut off or damaged' },
    }
  }
}

/** One shape in two dimensions. The tens of its type say whether z and m follow; both are left unread. */
function readShape(content: Buffer): unknown {
  const type = content.readInt32LE(0)
  switch (type % 10) {
    case 0:
      return null
    case 1:
      if (type > 21) break
      return { type: 'Point', coordinates: readPosition(content, 4) }
    case 3:
      return { type: 'MultiLineString', coordinates: readParts(content) }
    case 5:
      return { type: 'MultiPolygon', coordinates: groupRings(readParts(content)) }
    case 8:
      return { type: 'MultiPoint', coordinates: readPositions(content, 40, readCount(content, 36, 16)) }
  }
  return type === 31 ? { type: 'GeometryCollection' } : { type: `shape type ${type}` }
}

function readParts(content: Buffer): number[][][] {
  const partCount = readCount(content, 36, 4)
  const pointCount = readCount(content, 40, 16)
  const starts = Array.from({ length: partCount }, (_, i) => content.readInt32LE(44 + i * 4))
  const from = 44 + partCount * 4
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? pointCount
    if (start < 0 || end < start || end > pointCount) throw new RangeError('parts')
    return readPositions(content, from + start * 16, end - start)
  })
}

function readCount(content: Buffer, at: number, bytesEach: number): number {
  const count = content.readInt32LE(at)
  if (count < 0 || count * bytesEach > content.length) throw new RangeError('count')
  return count
}

function readPositions(content: Buffer, from: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => readPosition(content, from + i * 16))
}

function readPosition(content: Buffer, at: number): number[] {
  return [content.readDoubleLE(at), content.readDoubleLE(at + 8)].map((value) => (value < NO_DATA ? Number.NaN : value))
}
