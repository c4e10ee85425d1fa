import type { RowSink } from './copy-rows.ts'
import { linePolygon, multiLineHex, multiPolygonHex } from './ewkb.ts'
import { bandAlong, shiftLine } from './inset.ts'
import type { Polyline } from './split.ts'
import type { Street } from './street.ts'

/** The plan's street line (بر اصلاحی) where a street is to be wider: both property lines and the ground between them. */
export function writeStreetLine(sink: RowSink, municipalityId: number, segmentId: number, street: Street, line: Polyline): void {
  const width = street.plannedWidthM
  if (width === null) return
  sink.add(
    'street_lines',
    sink.nextId('street_lines'),
    municipalityId,
    segmentId,
    width,
    multiLineHex([shiftLine(line, width / 2), shiftLine(line, -width / 2)]),
    multiPolygonHex([linePolygon(bandAlong(line, width / 2))]),
  )
}
