import { Colors, DxfWriter, LWPolylineFlags, MTextAttachmentPoint, Units } from '@tarikjabiri/dxf'
import { readPolygons } from './export-geometry.ts'
import type { ExportRow, ExportSet } from './export-rows.ts'

const TEXT_HEIGHT_M = 1.2
/** AutoCAD colour index near the customary hue of each land use (section 6.2). */
const LAYER_COLOURS: Record<string, number> = {
  RES: 2, HED: 5, EDU: 151, ADM: 165, COM: 1, SPO: 83, HLT: 221, CUL: 201, GRN: 3, REL: 131, UEQ: 32, UTL: 8,
  TRN: 9, MIL: 56, AGR: 60, HER: 36, NAT: 133, BUF: 7, TOU: 21, IND: 190, MIX: 30, VAC: 254,
} // prettier-ignore

/**
 * Parcels as DXF for CAD, in metres of the authoritative CRS: a layer for each land use (PARCEL-COM…) with closed polylines, and two
 * layers of text (PARCEL-CODE, PARCEL-NUMBER).
 */
export async function writeDxf(set: ExportSet, batches: AsyncIterable<ExportRow[]>): Promise<Buffer> {
  const drawing = new DxfWriter()
  drawing.setUnits(Units.Meters)
  const [minX, minY, maxX, maxY] = set.bounds
  drawing.setVariable('$EXTMIN', { 10: minX, 20: minY, 30: 0 })
  drawing.setVariable('$EXTMAX', { 10: maxX, 20: maxY, 30: 0 })
  const style = drawing.tables.styleTable.addStyle('PARCEL')
  style.fontFileName = 'arial.ttf' // the font with Persian letters that is wherever CAD is
  drawing.addLayer('PARCEL-CODE', Colors.White)
  drawing.addLayer('PARCEL-NUMBER', Colors.White)
  for await (const rows of batches) {
    for (const row of rows) {
      const layerName = `PARCEL-${row.landUse ?? 'UNKNOWN'}`
      if (!drawing.layer(layerName)) drawing.addLayer(layerName, LAYER_COLOURS[row.landUse ?? ''] ?? Colors.White)
      for (const ring of readPolygons(row.wkb!).flat()) {
        drawing.addLWPolyline(listVertices(ring), { flags: LWPolylineFlags.Closed, layerName })
      }
      const write = (text: string, layer: string, attachmentPoint: MTextAttachmentPoint) => {
        drawing.addMText({ x: row.x, y: row.y, z: 0 }, TEXT_HEIGHT_M, escapeText(text), {
          layerName: layer,
          attachmentPoint,
        }).textStyle = style.name
      }
      write(row.code, 'PARCEL-CODE', MTextAttachmentPoint.TopCenter)
      if (row.houseNumber) write(`پلاک ${row.houseNumber}`, 'PARCEL-NUMBER', MTextAttachmentPoint.BottomCenter)
    }
  }
  return Buffer.from(drawing.stringify(), 'utf8')
}

/** Without the last point, which repeats the first: the polyline is closed by its flag. */
function listVertices(ring: Float64Array) {
  return Array.from({ length: ring.length / 2 - 1 }, (_, i) => ({ point: { x: ring[i * 2]!, y: ring[i * 2 + 1]! } }))
}

/**
 * Text that MTEXT shows as it is: its own signs \\ { } escaped, nothing that could begin a new group of the file, and every letter
 * beyond ASCII as \\U+06CC, which all readers know while some take the file's UTF-8 for Windows-1252.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[\\{}]/g, '\\$&')
    .replace(/[\u0000-\u001f]+/g, ' ')
    .replace(/[^\x20-\x7e]/g, (letter) => `\\U+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)
}
