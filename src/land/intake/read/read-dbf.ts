import { open, type FileHandle } from 'node:fs/promises'
import { chooseEncoding, decodeWith, type DbfEncoding } from './dbf-encoding.ts'
import { RefusalError } from '../refusal.ts'

const HEADER_BYTES = 32
const FIELD_BYTES = 32
const FIELDS_END = 0x0d
const DELETED = 0x2a

interface Field {
  name: string
  type: string
  offset: number
  length: number
}

/** An open attribute table. `readRow` must be called in order; null = a record marked as deleted. */
export interface Dbf {
  fields: readonly string[]
  count: number
  encoding: DbfEncoding
  readRow(): Promise<Record<string, unknown> | null>
  close(): Promise<void>
}

/**
 * Open a dBASE table as shapefiles use it (text, numbers, logical, dates).
 * @param cpg the text of the .cpg file beside it; null when there is none
 * @throws RefusalError when it is cut off or no dBASE table
 */
export async function openDbf(path: string, cpg: string | null): Promise<Dbf> {
  const file = await open(path)
  try {
    const size = (await file.stat()).size
    const head = await readBytes(file, 0, Math.min(HEADER_BYTES, size))
    if (head.length < HEADER_BYTES) throw new RefusalError('The .dbf is too short to be a table.')
    const count = head.readUInt32LE(4)
    const headerLength = head.readUInt16LE(8)
    const recordLength = head.readUInt16LE(10)
    if (headerLength < HEADER_BYTES + 1 || recordLength < 1 || headerLength > size) {
      throw new RefusalError('The .dbf is damaged: its header does not make sense.')
    }
    // some programs leave out the end mark or the last padding byte; a missing record is another matter
    if (headerLength + count * recordLength > size + 1) {
      throw new RefusalError(
        `The .dbf is cut off: it should hold ${count} records of ${recordLength} bytes but has ${size} bytes.`,
      )
    }
    const sample = await readBytes(file, headerLength, Math.min(size - headerLength, 1 << 20))
    const header = await readBytes(file, 0, headerLength)
    const encoding = chooseEncoding(cpg, head.readUInt8(29), sample)
    const fields = readFields(header, recordLength, encoding)
    let next = 0
    let chunk: Buffer = Buffer.alloc(0)
    let chunkStart = 0
    return {
      fields: fields.map((field) => field.name),
      count,
      encoding,
      async readRow() {
        const from = headerLength + next++ * recordLength
        if (from < chunkStart || from + recordLength > chunkStart + chunk.length) {
          chunkStart = from
          chunk = await readBytes(file, from, Math.max(recordLength, Math.floor((1 << 20) / recordLength) * recordLength))
        }
        const record = chunk.subarray(from - chunkStart, from - chunkStart + recordLength)
        return record[0] === DELETED ? null : readRecord(record, fields, encoding)
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

function readFields(header: Buffer, recordLength: number, encoding: DbfEncoding): Field[] {
  const fields: Field[] = []
  const taken = new Set<string>()
  let offset = 1
  for (let at = HEADER_BYTES; at + FIELD_BYTES <= header.length && header[at] !== FIELDS_END; at += FIELD_BYTES) {
    const end = header.subarray(at, at + 11).indexOf(0)
    const name = decodeWith(encoding, header.subarray(at, at + (end < 0 ? 11 : end))).trim() || `field${fields.length + 1}`
    let unique = name
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`
    taken.add(unique)
    const type = String.fromCharCode(header[at + 11]!)
    // text longer than 255 bytes keeps its high byte where numbers keep their decimals
    const length = type === 'C' ? header.readUInt16LE(at + 16) : header[at + 16]!
    fields.push({ name: unique, type, offset, length })
    offset += length
  }
  if (fields.length > 0 && offset > recordLength) {
    // the second length byte was decimals after all
    let narrow = 1
    for (const field of fields) {
      field.length &= 0xff
      field.offset = narrow
      narrow += field.length
    }
    if (narrow > recordLength) throw new RefusalError('The .dbf is damaged: its fields are longer than its records.')
  }
  return fields
}

function readRecord(record: Buffer, fields: readonly Field[], encoding: DbfEncoding): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const { name, type, offset, length } of fields) {
    const bytes = record.subarray(offset, offset + length)
    row[name] = readValue(type, bytes, encoding)
  }
  return row
}

function readValue(type: string, bytes: Buffer, encoding: DbfEncoding): unknown {
  if (type === 'C' || type === 'M') return decodeWith(encoding, bytes).replaceAll('\0', '').trim() || null
  const text = bytes.toString('latin1').replaceAll('\0', '').trim()
  if (text === '' || /^\*+$/.test(text)) return null
  switch (type) {
    case 'N':
    case 'F':
    case 'O': {
      const number = Number(text)
      // identifiers are often kept as numbers: those beyond exact doubles stay text
      return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text
    }
    case 'L':
      return /^[YyTt]$/.test(text) ? true : /^[NnFf]$/.test(text) ? false : null
    case 'D':
      return /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text
    default:
      return text
  }
}

async function readBytes(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let got = 0
  while (got < length) {
    const { bytesRead } = await file.read(buffer, got, length - got, from + got)
    if (bytesRead === 0) break
    got += bytesRead
  }
  return buffer.subarray(0, got)
}
