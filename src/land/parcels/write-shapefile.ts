import { countDecimals, EXPORT_FIELDS, type ExportField } from './export-fields.ts'
import { boundRings, readPolygons, reverseRing, windRing } from './export-geometry.ts'
import type { ExportRow, ExportSet } from './export-rows.ts'
import { writeEsriWkt } from './write-esri-wkt.ts'
import { writeZip } from './write-zip.ts'

const POLYGON = 5
const HEADER = 100

/**
 * Parcels as a zipped Shapefile in the authoritative CRS (ESRI Shapefile Technical Description, 1998): outer rings clockwise, table in
 * UTF-8 as its .cpg says. Text longer than a column is cut between letters, never inside one.
 */
export async function writeShapefile(
  set: ExportSet,
  batches: AsyncIterable<ExportRow[]>,
  name: string,
  at: Date,
): Promise<Buffer> {
  const shapes: Buffer[] = []
  const index: Buffer[] = []
  const records: Buffer[] = []
  let offset = HEADER
  for await (const rows of batches) {
    for (const row of rows) {
      const content = drawPolygon(row.wkb!)
      const head = Buffer.alloc(8)
      head.writeInt32BE(index.length + 1, 0)
      head.writeInt32BE(content.length / 2, 4)
      shapes.push(head, content)
      const entry = Buffer.alloc(8)
      entry.writeInt32BE(offset / 2, 0)
      entry.writeInt32BE(content.length / 2, 4)
      index.push(entry)
      records.push(writeRecord(row))
      offset += 8 + content.length
    }
  }
  return writeZip(
    [
      { name: `${name}.shp`, content: Buffer.concat([writeHeader(offset, set.bounds), ...shapes]) },
      { name: `${name}.shx`, content: Buffer.concat([writeHeader(HEADER + index.length * 8, set.bounds), ...index]) },
      { name: `${name}.dbf`, content: Buffer.concat([writeTableHeader(records.length, at), ...records, Buffer.from([0x1a])]) },
      { name: `${name}.prj`, content: Buffer.from(writeEsriWkt(set.srid, set.crsWkt)) },
      { name: `${name}.cpg`, content: Buffer.from('UTF-8') },
    ],
    at,
  )
}

function writeHeader(bytes: number, bounds: ExportSet['bounds']): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeInt32BE(9994, 0)
  header.writeInt32BE(bytes / 2, 24)
  header.writeInt32LE(1000, 28)
  header.writeInt32LE(POLYGON, 32)
  bounds.forEach((value, i) => header.writeDoubleLE(value, 36 + i * 8))
  return header
}

function drawPolygon(wkb: Buffer): Buffer {
  const rings = readPolygons(wkb).flatMap((polygon) =>
    polygon.map((ring, i) => (windRing(ring) > 0 === (i === 0) ? reverseRing(ring) : ring)),
  )
  const points = rings.reduce((sum, ring) => sum + ring.length / 2, 0)
  const content = Buffer.alloc(44 + rings.length * 4 + points * 16)
  content.writeInt32LE(POLYGON, 0)
  boundRings(rings).forEach((value, i) => content.writeDoubleLE(value, 4 + i * 8))
  content.writeInt32LE(rings.length, 36)
  content.writeInt32LE(points, 40)
  let at = 44
  let first = 0
  for (const ring of rings) {
    content.writeInt32LE(first, at)
    at += 4
    first += ring.length / 2
  }
  for (const ring of rings) for (const value of ring) at = content.writeDoubleLE(value, at)
  return content
}

const RECORD_BYTES = 1 + EXPORT_FIELDS.reduce((sum, field) => sum + field.bytes, 0)

function writeTableHeader(count: number, at: Date): Buffer {
  const header = Buffer.alloc(32 + EXPORT_FIELDS.length * 32 + 1)
  header[0] = 0x03
  header[1] = at.getUTCFullYear() - 1900
  header[2] = at.getUTCMonth() + 1
  header[3] = at.getUTCDate()
  header.writeUInt32LE(count, 4)
  header.writeUInt16LE(header.length, 8)
  header.writeUInt16LE(RECORD_BYTES, 10)
  EXPORT_FIELDS.forEach((field, i) => {
    const start = 32 + i * 32
    header.write(field.shapeName, start, 10, 'latin1')
    header.write(field.kind === 'text' ? 'C' : field.kind === 'date' ? 'D' : 'N', start + 11, 'latin1')
    header[start + 16] = field.bytes
    header[start + 17] = countDecimals(field)
  })
  header[header.length - 1] = 0x0d
  return header
}

function writeRecord(row: ExportRow): Buffer {
  const record = Buffer.alloc(RECORD_BYTES, 0x20)
  let at = 1
  for (const field of EXPORT_FIELDS) {
    const bytes = encodeCell(field, field.read(row))
    bytes.copy(record, typeof field.read(row) === 'number' ? at + field.bytes - bytes.length : at)
    at += field.bytes
  }
  return record
}

function encodeCell(field: ExportField, value: string | number | null): Buffer {
  if (value === null) return Buffer.from(field.kind === 'date' ? '00000000' : '') // how a table says "no date"
  if (typeof value === 'number') return Buffer.from(value.toFixed(countDecimals(field)))
  if (field.kind === 'date') return Buffer.from(value.replaceAll('-', ''))
  return cutUtf8(value, field.bytes)
}

/** At most so many bytes of UTF-8, cut before the letter that does not fit. */
export function cutUtf8(text: string, bytes: number): Buffer {
  const whole = Buffer.from(text.replaceAll('\0', ''), 'utf8')
  if (whole.length <= bytes) return whole
  let end = bytes
  while (end > 0 && (whole[end]! & 0xc0) === 0x80) end--
  return whole.subarray(0, end)
}
