import { countDecimals, EXPORT_FIELDS } from './export-fields.ts'
import type { ExportRow } from './export-rows.ts'

/**
 * Parcels as CSV (RFC 4180, CRLF, UTF-8 with the byte-order mark without which Excel garbles Persian). The header is one row of
 * English names that carry the unit, so that programs can read it; the Persian of a code stands in its own column.
 */
export async function* writeCsv(batches: AsyncIterable<ExportRow[]>): AsyncGenerator<string> {
  yield '\ufeff' + EXPORT_FIELDS.map((field) => field.name).join(',') + '\r\n'
  for await (const rows of batches) {
    let text = ''
    for (const row of rows) {
      const cells = EXPORT_FIELDS.map((field) => {
        const value = field.read(row)
        if (value === null) return ''
        return typeof value === 'number' ? value.toFixed(countDecimals(field)) : quoteCell(value)
      })
      text += cells.join(',') + '\r\n'
    }
    yield text
  }
}

/** A text cell no spreadsheet will run as a formula (a leading = + - @ tab or return gets an apostrophe), quoted where RFC 4180 asks. */
export function quoteCell(text: string): string {
  const safe = /^[\s\u200b-\u200f\u2066-\u2069]*[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
