import { LAND_USE_HUES, mixColours, type LandUseHue, type Palette } from './palette.ts'
import { metresPerPixel } from './map-scale.ts'

/** An image made on a canvas for the map: pixels and how many of them make one CSS pixel. */
export interface DrawnImage {
  name: string
  data: ImageData
  pixelRatio: number
}

type Pen = CanvasRenderingContext2D
interface Hatch {
  size: number
  draw: (pen: Pen, size: number) => void
}

const MM = 3.78 // CSS pixels

/**
 * Hatches of the land uses (for print, for colour-blind readers; mixed use and buffers always), trees of parks and orchards in
 * their true size. Every tile repeats without a seam.
 */
export function drawPatterns(palette: Palette, lat: number): DrawnImage[] {
  const images = LAND_USE_HUES.map((hue) =>
    paintTile(`hatch-${hue}`, HATCHES[hue], 2, (pen) => {
      pen.strokeStyle = hatchInk(palette, hue)
      pen.fillStyle = pen.strokeStyle
      pen.lineWidth = hue === 'MIX' ? 3.2 : 1
    }),
  )
  images.push(
    paintTile('hatch-buffer', diagonal(2.4 * MM), 2, (pen) => {
      pen.strokeStyle = palette.waterEdge
      pen.lineWidth = 0.9
    }),
  )
  for (const zoom of [15, 16, 17]) images.push(...drawTrees(palette, zoom, lat))
  return images
}

/** Mixed use carries its own stripes of commerce over dwelling; every other hatch is its hue pulled to ink. */
function hatchInk(palette: Palette, hue: LandUseHue): string {
  if (hue === 'MIX') return mixColours(palette.uses.MIX, palette.uses.COM, 0.75)
  if (hue === 'BUF') return palette.waterEdge
  return mixColours(palette.uses[hue], palette.label, palette.theme === 'light' ? 0.42 : 0.5)
}

function paintTile(name: string, hatch: Hatch, pixelRatio: number, prepare: (pen: Pen) => void): DrawnImage {
  const pixels = Math.round(hatch.size * pixelRatio)
  const canvas = document.createElement('canvas')
  canvas.width = pixels
  canvas.height = pixels
  const pen = canvas.getContext('2d')
  if (pen === null) throw new Error('This browser gives no 2D canvas')
  pen.scale(pixels / hatch.size, pixels / hatch.size)
  prepare(pen)
  hatch.draw(pen, hatch.size)
  return { name, data: pen.getImageData(0, 0, pixels, pixels), pixelRatio }
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

/** A repeating piece of park (trees at random) and of orchard (rows 9 m apart) as they look from `zoom`. */
function drawTrees(palette: Palette, zoom: number, lat: number): DrawnImage[] {
  const perPixel = metresPerPixel(zoom, lat)
  const sideM = 72
  const side = sideM / perPixel
  const crown = mixColours(palette.tree, palette.uses.GRN, 0.15)
  const shade = mixColours(palette.tree, palette.theme === 'light' ? '#3d6b43' : '#0b1420', 0.35)
  const tree = (pen: Pen, xM: number, yM: number, radiusM: number) => {
    // Drawn on all sides of the tile, so that a crown cut by one edge goes on at the other.
    for (const dx of [-sideM, 0, sideM])
      for (const dy of [-sideM, 0, sideM]) {
        const [x, y, r] = [(xM + dx) / perPixel, (yM + dy) / perPixel, radiusM / perPixel]
        pen.beginPath()
        pen.arc(x, y, r, 0, 2 * Math.PI)
        pen.fillStyle = crown
        pen.fill()
        pen.beginPath()
        pen.arc(x + r * 0.25, y + r * 0.3, r * 0.45, 0, 2 * Math.PI)
        pen.fillStyle = shade
        pen.globalAlpha *= 0.5
        pen.fill()
        pen.globalAlpha /= 0.5
      }
  }
  const park: Hatch = {
    size: side,
    draw: (pen) => {
      const random = sequence(7)
      for (let i = 0; i < 58; i++) {
        pen.globalAlpha = 0.6 + 0.4 * random()
        tree(pen, random() * sideM, random() * sideM, 1.6 + 2.4 * random())
      }
    },
  }
  const orchard: Hatch = {
    size: side,
    draw: (pen) => {
      const random = sequence(11)
      pen.globalAlpha = 0.75
      for (let row = 0; row < 8; row++)
        for (let i = 0; i < 12; i++) tree(pen, i * 6 + (random() - 0.5), row * 9 + 4.5 + (random() - 0.5), 1.9 + 0.5 * random())
    },
  }
  return [paintTile(`trees-${zoom}`, park, 2, () => {}), paintTile(`orchard-${zoom}`, orchard, 2, () => {})]
}

/** The same "random" numbers each time, so that a redrawn map does not move its trees. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647
  }
}
