import type { Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { CLASS_ORDER, classifyUse, definePattern, fillPath, type UseClass } from './land-use-marks.ts'
import type { SheetLayout } from './lay-out-sheet.ts'
import { drawFindings, drawParcel, drawParcels, drawStreets, drawTable, type Sheet } from './queries.ts'
import type { PrintLayer } from './types.ts'

/** What the map shows, for the legend. */
export interface DrawnMap {
  svg: string
  classes: UseClass[]
  /** The middle of the chosen parcel's corners, millimetres of the frame; `null` when none is chosen or it is elsewhere. */
  selectedAt: Position | null
  /** Room for its label, millimetres. */
  selectedWidth: number
  has: {
    buildings: boolean
    water: boolean
    streetLines: boolean
    buffers: boolean
    zones: boolean
    findings: boolean
    selected: boolean
  }
}

/** Line widths in millimetres of paper. Thinner as the scale gets small, so that a parcel stays more than its outline. */
function chooseWidths(scale: number) {
  if (scale <= 1000) return { parcel: 0.13, block: 0.3, building: 0.15, casing: 0.16 }
  if (scale <= 2500) return { parcel: 0.1, block: 0.22, building: 0.1, casing: 0.14 }
  if (scale <= 5000) return { parcel: 0.06, block: 0.16, building: 0.06, casing: 0.1 }
  return { parcel: 0.025, block: 0.08, building: 0, casing: 0.08 }
}

/** Draw the ground of one sheet as SVG in millimetres of paper, the frame's top left corner at 0 0. Bottom layer first. */
export async function drawMap(
  db: Db,
  sheet: Sheet,
  layout: SheetLayout,
  layers: ReadonlySet<PrintLayer>,
  scale: number,
  selectedCode: string | undefined,
): Promise<DrawnMap> {
  const widths = chooseWidths(scale)
  const only = <T>(layer: PrintLayer, draw: () => Promise<T>, none: T) => (layers.has(layer) ? draw() : Promise.resolve(none))
  const isColoured = layers.has('blocks')
  const parcels = isColoured || layers.has('parcels') ? await drawParcels(db, sheet) : []
  const blocks = await only('blocks', () => drawTable(db, sheet, 'blocks'), '')
  const streets = await only('streets', () => drawStreets(db, sheet), [])
  const water = await only('water', () => drawTable(db, sheet, 'water_courses'), '')
  const buildings = widths.building > 0 ? await only('buildings', () => drawTable(db, sheet, 'buildings'), '') : ''
  const streetLines = await only('street_lines', () => drawTable(db, sheet, 'street_lines'), '')
  const buffers = await only('buffers', () => drawTable(db, sheet, 'buffers'), '')
  const zones = await only('zones', () => drawTable(db, sheet, 'plan_units'), '')
  const findings = await only('findings', () => drawFindings(db, sheet), '')
  const selected = selectedCode ? await drawParcel(db, sheet, selectedCode) : null

  const uses = parcels
    .map(({ landUse, density, d }) => ({ useClass: classifyUse(landUse, density), d }))
    .sort((a, b) => CLASS_ORDER.indexOf(a.useClass) - CLASS_ORDER.indexOf(b.useClass))
  const classes = isColoured ? CLASS_ORDER.filter((useClass) => uses.some((use) => use.useClass === useClass)) : []
  const outline = layers.has('parcels') ? `stroke="#8C7B55" stroke-width="${widths.parcel}" stroke-linejoin="round"` : ''

  const parts = [
    // Where no blocks say where the street ends, its edge is a wider line under all the white ones, so that crossings stay open.
    ...(blocks ? [] : streets).map((s) => line(s.d, (s.widthM ?? 3) * sheet.mmPerMetre + widths.casing * 2, '#CDBF9F', 'butt')),
    ...streets.map((s) => line(s.d, (s.widthM ?? 3) * sheet.mmPerMetre, '#FFFFFF', 'round')),
    water && `<path d="${water}" fill="#9CCDCB" stroke="#5FA3A3" stroke-width="0.18"/>`,
    ...uses.map((use) =>
      isColoured ? fillPath(use.useClass, use.d, outline) : `<path d="${use.d}" fill="#FFFFFF" ${outline}/>`,
    ),
    buildings && `<path d="${buildings}" fill="#6B4A1E" fill-opacity="0.16" stroke="#6B5A36" stroke-width="${widths.building}"/>`,
    blocks && `<path d="${blocks}" fill="none" stroke="#5E5233" stroke-width="${widths.block}" stroke-linejoin="round"/>`,
    zones && `<path d="${zones}" fill="none" stroke="#3C5F97" stroke-width="0.35" stroke-dasharray="4 1.2 0.8 1.2"/>`,
    buffers && `<path d="${buffers}" fill="none" stroke="#2F7F8B" stroke-width="0.3" stroke-dasharray="2.4 1 0.5 1"/>`,
    streetLines && `<path d="${streetLines}" fill="none" stroke="#B0281F" stroke-width="0.32" stroke-dasharray="1.8 1"/>`,
    findings && `<path d="${findings}" fill="#B0281F" fill-opacity="0.35" stroke="#B0281F" stroke-width="0.25"/>`,
    selected?.d &&
      `<path d="${selected.d}" fill="#0A6A70" fill-opacity="0.1" stroke="#FFFFFF" stroke-width="1.5" stroke-linejoin="round"/>`,
    selected?.d && `<path d="${selected.d}" fill="none" stroke="#0A6A70" stroke-width="0.6" stroke-linejoin="round"/>`,
    ...(selected?.corners ?? []).map(
      ([x, y]) => `<circle cx="${x}" cy="${y}" r="0.55" fill="#FFFFFF" stroke="#0A6A70" stroke-width="0.25"/>`,
    ),
  ]
  const { width, height } = layout.frame
  return {
    svg:
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}">` +
      `<defs>${classes.map(definePattern).join('')}</defs><rect width="${width}" height="${height}" fill="#FFFFFF"/>${parts.filter(Boolean).join('')}</svg>`,
    classes,
    selectedAt: selected?.d ? selected.at : null,
    selectedWidth: selected?.d ? widthOf(selected.corners) : 0,
    has: {
      buildings: buildings !== '', water: water !== '', streetLines: streetLines !== '', buffers: buffers !== '', zones: zones !== '',
      findings: findings !== '', selected: Boolean(selected?.d),
    }, // prettier-ignore
  }
}

function line(d: string, width: number, colour: string, cap: 'butt' | 'round'): string {
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width.toFixed(3)}" stroke-linecap="${cap}" stroke-linejoin="round"/>`
}

function widthOf(corners: Position[]): number {
  const xs = corners.map(([x]) => x!)
  return xs.length > 0 ? Math.max(...xs) - Math.min(...xs) : 0
}
