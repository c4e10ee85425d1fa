import type { Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { digitsFor } from '../../kernel/numbers.ts'
import type { SheetLayout } from './lay-out-sheet.ts'
import { createLabelBoard, placeAlongLine, placeAtPoint, type Label } from './place-labels.ts'
import { listHouseNumbers, listNamedLines, listNamedPoints, type Sheet } from './queries.ts'
import type { PrintLayer, PrintRequest } from './types.ts'

/** Choose and place the names of one sheet, the weightiest first: chosen parcel, streets, water, facilities, quarters, zones, numbers. */
export async function labelMap(
  db: Db,
  sheet: Sheet,
  layout: SheetLayout,
  layers: ReadonlySet<PrintLayer>,
  request: PrintRequest,
  selectedAt: Position | null,
): Promise<Label[]> {
  const { scale, locale } = request
  const board = createLabelBoard(layout.frame)
  const nameOf = (named: { nameFa: string | null; nameEn: string | null }) =>
    digitsFor((locale === 'fa' ? (named.nameFa ?? named.nameEn) : (named.nameEn ?? named.nameFa)) ?? '', locale)
  const shows = (layer: PrintLayer, upTo: number) => layers.has('labels') && layers.has(layer) && scale <= upTo

  if (selectedAt && request.selectedCode) {
    const text = `\u2066${digitsFor(request.selectedCode, locale)}\u2069`
    board.add({ text, x: selectedAt[0]!, y: selectedAt[1]!, turn: 0, size: 8, style: 'selected' })
  }
  if (shows('streets', 10_000)) {
    for (const line of await listNamedLines(db, sheet, 'streets')) {
      const widthMm = (line.widthM ?? 8) * sheet.mmPerMetre
      const size = Math.min(9, Math.max(5.5, widthMm * 1.5))
      if (widthMm < 1.1) continue // the name would lie on the houses
      placeAlongLine(board, line, nameOf(line), size, 'street', 110)
    }
  }
  if (shows('water', 25_000)) {
    for (const line of await listNamedLines(db, sheet, 'water')) {
      if (nameOf(line))
        placeAlongLine(board, line, nameOf(line), (line.widthM ?? 0) * sheet.mmPerMetre > 4 ? 9 : 6.5, 'water', 120)
    }
  }
  if (shows('facilities', 5000)) {
    for (const point of await listNamedPoints(db, sheet, 'facilities')) {
      if (nameOf(point)) placeAtPoint(board, point, nameOf(point), 6, 'place')
    }
  }
  if (layers.has('labels') && layers.has('neighbourhoods') && scale >= 2000) {
    for (const point of await listNamedPoints(db, sheet, 'neighbourhoods'))
      placeAtPoint(board, point, nameOf(point), scale > 10_000 ? 8 : 11, 'quarter')
  }
  if (shows('zones', 10_000)) {
    for (const point of await listNamedPoints(db, sheet, 'plan_units'))
      placeAtPoint(board, point, digitsFor(point.kind ?? '', locale), 7, 'zone')
  }
  if (shows('parcels', 1000)) {
    const size = scale <= 500 ? 6.5 : 5
    for (const point of await listHouseNumbers(db, sheet, 10)) placeAtPoint(board, point, nameOf(point), size, 'number')
  }
  return board.labels
}
