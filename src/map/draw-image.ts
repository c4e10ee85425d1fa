import { drawFacility, drawInkBox } from './draw-icons.ts'
import { drawBufferHatch, drawHatch, drawTrees } from './draw-patterns.ts'
import type { DrawnImage } from './paint-image.ts'
import { LAND_USE_HUES, type Palette } from './palette.ts'

/** Draw an image by the name the style gives it; null when no style of ours has such a name. */
export function drawImage(name: string, palette: Palette, lat: number): DrawnImage | null {
  const [family = '', rest = ''] = splitOnce(name)
  if (name === 'ink-box') return drawInkBox(palette)
  if (name === 'hatch-buffer') return drawBufferHatch(palette)
  if (family === 'facility') return drawFacility(rest, palette)
  if (family === 'trees' || family === 'orchard') return drawTrees(family, Number(rest), palette, lat)
  const hue = LAND_USE_HUES.find((known) => known === rest)
  return family === 'hatch' && hue ? drawHatch(hue, palette) : null
}

function splitOnce(name: string): [string, string] {
  const at = name.indexOf('-')
  return [name.slice(0, at), name.slice(at + 1)]
}
