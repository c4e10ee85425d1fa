import type { LandUse } from '../parcels/types.ts'

/** A class as the map colours it: a land use, or a density of housing. */
export type UseClass = Exclude<LandUse, 'RES'> | 'RES1' | 'RES2' | 'RES3' | 'NONE'

/** Fill of a class on paper; `null` = no fill. The same colours as the light map (tokens `--lu-*`). */
const FILLS: Record<UseClass, string | null> = {
  RES1: '#FBF2CC', RES2: '#F5E3A3', RES3: '#EECB7E', HED: '#9DB1D8', EDU: '#C2DFF1', ADM: '#B4BDDB', COM: '#E9A79D', SPO: '#CDEBC4',
  HLT: '#F4C9D6', CUL: '#DDBFE8', GRN: '#A6D09F', REL: '#A2DDD1', UEQ: '#D8B68A', UTL: '#BCC1C5', TRN: '#E6E6E2', MIL: '#B6B58A',
  AGR: '#DCE4A6', HER: '#C59E7E', NAT: '#B2D2CA', BUF: null, TOU: '#F6BDA6', IND: '#BAADE0', MIX: '#F1BE8E', VAC: '#F4F1EA', NONE: '#F7F5F0',
} // prettier-ignore

interface Hatch {
  size: [width: number, height: number] // mm
  turn: number // degrees
  draw: string // SVG within one tile, mm
}
const lines = (spacing: number, turn: number): Hatch => ({
  size: [spacing, spacing],
  turn,
  draw: `<path d="M0 ${spacing / 2}H${spacing}"/>`,
})
const cross = (spacing: number, turn: number): Hatch => ({
  size: [spacing, spacing],
  turn,
  draw: `<path d="M0 ${spacing / 2}H${spacing}M${spacing / 2} 0V${spacing}"/>`,
})
const dots = (spacing: number, radius: number): Hatch => ({
  size: [spacing, spacing],
  turn: 0,
  draw: `<circle class="dot" cx="${spacing / 4}" cy="${spacing / 4}" r="${radius}"/><circle class="dot" cx="${(spacing * 3) / 4}" cy="${(spacing * 3) / 4}" r="${radius}"/>`,
})

/** Hatches tell the classes apart where colour cannot: copies, faxes, colour-blind eyes. */
const HATCHES: Partial<Record<UseClass, Hatch>> = {
  RES3: lines(3, -45),
  HED: lines(2, 90),
  EDU: lines(4, 90),
  ADM: cross(3, 0),
  COM: lines(2, -45),
  SPO: { size: [4, 3], turn: 0, draw: '<path d="M0.4 0.75H2.6M2.4 2.25H4.6M-1.6 2.25H0.6"/>' },
  HLT: { size: [4, 4], turn: 0, draw: '<path d="M1 0.3V1.7M0.3 1H1.7M3 2.3V3.7M2.3 3H3.7"/>' },
  CUL: lines(3, 45),
  GRN: dots(2, 0.2),
  REL: cross(2.8, 45),
  UEQ: lines(2, 0),
  UTL: lines(4, 0),
  MIL: lines(2, 45),
  AGR: { size: [4, 4], turn: 0, draw: '<circle class="dot" cx="2" cy="2" r="0.3"/>' },
  HER: { size: [2, 3.4], turn: 0, draw: '<path d="M0 1.7L1 0L2 1.7L1 3.4Z"/>' },
  NAT: { size: [4, 2.4], turn: 0, draw: '<path d="M0 1.2Q1 0.2 2 1.2T4 1.2"/>' },
  BUF: lines(2.4, -45),
  TOU: dots(5, 0.28),
  IND: { size: [4, 3], turn: 0, draw: '<path d="M0 0.02H4M0 1.5H4M1 0V1.5M3 1.5V3"/>' },
  MIX: { size: [2.4, 2.4], turn: -45, draw: '<rect class="stripe" width="2.4" height="1.2"/>' },
}

/** Class of a parcel. */
export function classifyUse(landUse: LandUse | null, density: number | null): UseClass {
  if (landUse === null) return 'NONE'
  return landUse === 'RES' ? (`RES${density ?? 2}` as UseClass) : landUse
}

/** The order of classes in a legend: as the resolution lists them, then mixed, barren and unknown. */
export const CLASS_ORDER = Object.keys(FILLS) as UseClass[]

/** SVG pattern of a class's hatch, in millimetres; empty when the class has none. */
export function definePattern(useClass: UseClass): string {
  const hatch = HATCHES[useClass]
  if (!hatch) return ''
  const [width, height] = hatch.size
  const ink = darken(FILLS[useClass] ?? '#8C8672')
  const draw = hatch.draw
    .replaceAll('class="dot"', `fill="${ink}" stroke="none"`)
    .replaceAll('class="stripe"', `fill="${FILLS.RES2}" stroke="none"`)
  return `<pattern id="h-${useClass}" patternUnits="userSpaceOnUse" width="${width}" height="${height}" patternTransform="rotate(${hatch.turn})"><g fill="none" stroke="${ink}" stroke-width="0.12">${draw}</g></pattern>`
}

/** A path filled as the class is: colour, then hatch. */
export function fillPath(useClass: UseClass, d: string, stroke: string): string {
  const base = `<path d="${d}" fill="${FILLS[useClass] ?? 'none'}" ${stroke}/>`
  if (!HATCHES[useClass]) return base
  return `<path d="${d}" fill="${FILLS[useClass] ?? 'none'}"/><path d="${d}" fill="url(#h-${useClass})" ${stroke}/>`
}

/** The legend's swatch, 6.4 × 3.5 mm. */
export function drawSwatch(useClass: UseClass): string {
  const box = fillPath(useClass, 'M0.1 0.1H7.9V4.3H0.1Z', 'stroke="#8C7B55" stroke-width="0.15"')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="6.4mm" height="3.52mm" viewBox="0 0 8 4.4"><defs>${definePattern(useClass)}</defs>${box}</svg>`
}

const LINE_SWATCHES = {
  buildings: '<path d="M2 0.7H6V3.7H2Z" fill="#6B4A1E" fill-opacity="0.16" stroke="#6B5A36" stroke-width="0.15"/>',
  water: '<path d="M0.1 0.1H7.9V4.3H0.1Z" fill="#9CCDCB" stroke="#5FA3A3" stroke-width="0.18"/>',
  streetLines: '<path d="M0 2.2H8" stroke="#B0281F" stroke-width="0.32" stroke-dasharray="1.8 1"/>',
  buffers: '<path d="M0 2.2H8" stroke="#2F7F8B" stroke-width="0.3" stroke-dasharray="2.4 1 0.5 1"/>',
  zones: '<path d="M0 2.2H8" stroke="#3C5F97" stroke-width="0.35" stroke-dasharray="4 1.2 0.8 1.2"/>',
  findings: '<path d="M1.5 0.9H6.5V3.5H1.5Z" fill="#B0281F" fill-opacity="0.35" stroke="#B0281F" stroke-width="0.25"/>',
  selected: '<path d="M1 0.6H7V3.8H1Z" fill="#0A6A70" fill-opacity="0.1" stroke="#0A6A70" stroke-width="0.6"/>',
} as const

/** The legend's swatch of what is not a land use, 6.4 × 3.5 mm. */
export function drawLineSwatch(of: keyof typeof LINE_SWATCHES): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="6.4mm" height="3.52mm" viewBox="0 0 8 4.4">${LINE_SWATCHES[of]}</svg>`
}

/** The hue of a fill, dark enough to be a line on it. */
function darken(hex: string): string {
  const mix = (at: number) =>
    Math.round(parseInt(hex.slice(at, at + 2), 16) * 0.58)
      .toString(16)
      .padStart(2, '0')
  return `#${mix(1)}${mix(3)}${mix(5)}`
}
