import type { Db } from '#db/connect.ts'
import { digitsFor } from '../../kernel/numbers.ts'
import type { DrawnMap } from './draw-map.ts'
import type { SheetLayout } from './lay-out-sheet.ts'
import { createLabelBoard, measureText, placeAlongLine, placeAtPoint, type Label } from './place-labels.ts'
import { listHouseNumbers, listNamedLines, listNamedPoints, type Sheet } from './queries.ts'
import type { PrintLayer, PrintRequest } from './types.ts'

/** Choose and place the names of one sheet, the weightiest first: chosen parcel, streets, water, facilities, quarters, zones, numbers. */
export async function labelMap(
  db: Db,
  sheet: Sheet,
  layout: SheetLayout,
  layers: ReadonlySet<PrintLayer>,
  request: PrintRequest,
  drawn: Pick<DrawnMap, 'selectedAt' | 'selectedWidth'>,
): Promise<Label[]> {
  const { scale, locale } = request
  const board = createLabelBoard(layout.frame)
  const nameOf = (named: { nameFa: string | null; nameEn: string | null }) =>
    digitsFor((locale === 'fa' ? (named.nameFa ?? named.nameEn) : (named.nameEn ?? named.nameFa)) ?? '', locale)
  const shows = (layer: PrintLayer, upTo: number) => layers.has('labels') && layers.has(layer) && scale <= upTo

  if (drawn.selectedAt && request.selectedCode) {
    const [x, y] = drawn.selectedAt as [number, number]
    const text = digitsFor(request.selectedCode, locale)
    // Its code stands on the parcel when it fits there, and in any case in the panel.
    if (measureText(text, 7).width < drawn.selectedWidth)
      board.add({ text: `\u2066${text}\u2069`, x, y, turn: 0, size: 7, style: 'selected' })
    board.reserve(x, y, drawn.selectedWidth / 2, 2)
  }
  if (shows('streets', 10_000)) {
    for (const line of await listNamedLines(db, sheet, 'streets')) {
      const widthMm = (line.widthM ?? 8) * sheet.mmPerMetre
      const size = Math.min(9, Math.max(5.5, widthMm * 1.5))
      if (widthMm < 1.1) continue // the name would lie on the houses
      placeAlongLine(board, line, nameOf(line), size, 'street', 80)
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
