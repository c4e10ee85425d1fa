import { paintImage, type DrawnImage, type Pen } from './paint-image.ts'
import { mixColours, type LandUseHue, type Palette } from './palette.ts'
import { metresPerPixel } from './map-scale.ts'

interface Hatch {
  size: number
  draw: (pen: Pen, size: number) => void
}

const MM = 3.78 // CSS pixels

/** The hatch of a land use, for print, for colour-blind readers, and always for mixed use and buffers. Repeats without a seam. */
export function drawHatch(hue: LandUseHue, palette: Palette): DrawnImage {
  return paintHatch(HATCHES[hue], hatchInk(palette, hue), hue === 'MIX' ? 3.2 : 1)
}

/** The hatch of the buffers' layer. */
export function drawBufferHatch(palette: Palette): DrawnImage {
  return paintHatch(HATCHES.BUF, palette.waterEdge, 0.9)
}

/** Mixed use carries its own stripes of commerce over dwelling; every other hatch is its hue pulled to ink. */
function hatchInk(palette: Palette, hue: LandUseHue): string {
  if (hue === 'MIX') return mixColours(palette.uses.MIX, palette.uses.COM, 0.75)
  if (hue === 'BUF') return palette.waterEdge
  return mixColours(palette.uses[hue], palette.label, palette.theme === 'light' ? 0.42 : 0.5)
}

function paintHatch(hatch: Hatch, ink: string, lineWidth: number): DrawnImage {
  return paintImage(hatch.size, (pen) => {
    pen.strokeStyle = ink
    pen.fillStyle = ink
    pen.lineWidth = lineWidth
    hatch.draw(pen, hatch.size)
  })
}

function stroke(pen: Pen, ...lines: [number, number, number, number][]): void {
  pen.beginPath()
  for (const [x1, y1, x2, y2] of lines) {
    pen.moveTo(x1, y1)
    pen.lineTo(x2, y2)
  }
  pen.stroke()
}

/** Lines at 45°, `gap` apart across. */
function diagonal(gap: number): Hatch {
  return { size: Math.round(gap * Math.SQRT2), draw: (pen, s) => stroke(pen, [-s, s, s, -s], [0, s, s, 0], [0, 2 * s, 2 * s, 0]) }
}
function counterDiagonal(gap: number): Hatch {
  return { size: Math.round(gap * Math.SQRT2), draw: (pen, s) => stroke(pen, [-s, 0, s, 2 * s], [0, 0, s, s], [0, -s, 2 * s, s]) }
}
function upright(gap: number): Hatch {
  return { size: Math.round(gap), draw: (pen, s) => stroke(pen, [s / 2, 0, s / 2, s]) }
}
function level(gap: number): Hatch {
  return { size: Math.round(gap), draw: (pen, s) => stroke(pen, [0, s / 2, s, s / 2]) }
}
function both(first: Hatch, second: Hatch): Hatch {
  return {
    size: first.size,
    draw: (pen, s) => {
      first.draw(pen, s)
      second.draw(pen, s)
    },
  }
}
function dots(size: number, radius: number, at: [number, number][]): Hatch {
  return {
    size,
    draw: (pen) => {
      for (const [x, y] of at) {
        pen.beginPath()
        pen.arc(x * size, y * size, radius, 0, 2 * Math.PI)
        pen.fill()
      }
    },
  }
}

const EMPTY: Hatch = { size: 8, draw: () => {} }
const HATCHES: Record<LandUseHue, Hatch> = {
  RES1: EMPTY,
  RES2: EMPTY,
  RES3: diagonal(3 * MM),
  HED: upright(2 * MM),
  EDU: upright(4 * MM),
  ADM: both(upright(3 * MM), level(3 * MM)),
  COM: diagonal(2 * MM),
  SPO: { size: 12, draw: (pen) => stroke(pen, [0, 3, 7, 3], [6, 9, 12, 9], [0, 9, 1, 9]) },
  HLT: { size: 12, draw: (pen) => stroke(pen, [3, 6, 9, 6], [6, 3, 6, 9]) },
  CUL: counterDiagonal(3 * MM),
  GRN: dots(8, 0.9, [
    [0.25, 0.25],
    [0.75, 0.75],
  ]),
  REL: both(diagonal(2.6 * MM), counterDiagonal(2.6 * MM)),
  UEQ: level(2 * MM),
  UTL: level(4 * MM),
  TRN: EMPTY,
  MIL: counterDiagonal(2 * MM),
  AGR: dots(14, 1.1, [[0.5, 0.5]]),
  HER: { size: 12, draw: (pen) => stroke(pen, [0, 6, 6, 0], [6, 0, 12, 6], [12, 6, 6, 12], [6, 12, 0, 6]) },
  NAT: {
    size: 16,
    draw: (pen) => {
      pen.beginPath()
      pen.moveTo(0, 8)
      pen.bezierCurveTo(4, 3, 4, 3, 8, 8)
      pen.bezierCurveTo(12, 13, 12, 13, 16, 8)
      pen.stroke()
    },
  },
  BUF: diagonal(2.4 * MM),
  TOU: dots(20, 1.2, [
    [0.3, 0.3],
    [0.8, 0.7],
  ]),
  IND: { size: 14, draw: (pen) => stroke(pen, [0, 0.5, 14, 0.5], [0, 7.5, 14, 7.5], [3.5, 0, 3.5, 7], [10.5, 7, 10.5, 14]) },
  MIX: diagonal(2.2 * MM),
  VAC: EMPTY,
  NONE: EMPTY,
}

/** A repeating piece of park (trees at random) or of orchard (rows 9 m apart) as it looks from `zoom`, in its true size. */
export function drawTrees(kind: 'trees' | 'orchard', zoom: number, palette: Palette, lat: number): DrawnImage {
  const perPixel = metresPerPixel(zoom, lat)
  const side = SIDE_M / perPixel
  const crown = mixColours(palette.tree, palette.uses.GRN, 0.15)
  const shade = mixColours(palette.tree, palette.theme === 'light' ? '#3d6b43' : '#0b1420', 0.35)
  return paintImage(side, (pen) => {
    for (const { xM, yM, radiusM, opacity } of kind === 'trees' ? plantPark() : plantOrchard()) {
      const r = radiusM / perPixel
      // Drawn again on the other side of the tile, so that a crown cut by one edge goes on there.
      for (const x of repeat(xM / perPixel, r, side))
        for (const y of repeat(yM / perPixel, r, side)) {
          pen.globalAlpha = opacity
          disc(pen, x, y, r, crown)
          pen.globalAlpha = opacity * 0.5
          disc(pen, x + r * 0.25, y + r * 0.3, r * 0.45, shade)
        }
    }
  })
}

const SIDE_M = 72
interface Tree {
  xM: number
  yM: number
  radiusM: number
  opacity: number
}

function plantPark(): Tree[] {
  const random = sequence(7)
  return Array.from({ length: 58 }, () => ({
    opacity: 0.6 + 0.4 * random(),
    xM: random() * SIDE_M,
    yM: random() * SIDE_M,
    radiusM: 1.6 + 2.4 * random(),
  }))
}

function plantOrchard(): Tree[] {
  const random = sequence(11)
  return Array.from({ length: 96 }, (_, i) => ({
    xM: (i % 12) * 6 + random() - 0.5,
    yM: Math.floor(i / 12) * 9 + 4 + random(),
    radiusM: 1.9 + 0.5 * random(),
    opacity: 0.75,
  }))
}

function repeat(at: number, reach: number, side: number): number[] {
  return [at - side, at, at + side].filter((place) => place + reach > 0 && place - reach < side)
}

function disc(pen: Pen, x: number, y: number, radius: number, colour: string): void {
  pen.beginPath()
  pen.arc(x, y, radius, 0, 2 * Math.PI)
  pen.fillStyle = colour
  pen.fill()
}

/** The same "random" numbers each time, so that a redrawn map does not move its trees. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647
  }
}
