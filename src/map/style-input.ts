import type { Bbox } from '#src/land/parcels/types.ts'
import type { LayerSettings } from './layer-catalogue.ts'
import type { Palette } from './palette.ts'

/** Everything the drawing of the map depends on. The style is a pure function of it. */
export interface StyleInput {
  palette: Palette
  locale: 'fa' | 'en'
  layers: LayerSettings
  is3d: boolean
  isHatched: boolean
  /** Latitude for which widths in metres are exact: the city's centre. */
  lat: number
  /** Scheme and host that serves the tiles: the worker does not know the page's address. */
  origin: string
  /** Where there are tiles at all: outside nothing is asked for. */
  bounds: Bbox
}

/** Weights of our own font: the first name only says the weight, the page's @font-face gives the shapes (one file for all). */
export const FONT = {
  medium: ['Medium', 'Vazirmatn'],
  strong: ['Semibold', 'Vazirmatn'],
  title: ['Bold', 'Vazirmatn'],
}

/** `visibility` of a style layer from whether its entry in the tree is on. */
export function shownIf(isShown: boolean): 'visible' | 'none' {
  return isShown ? 'visible' : 'none'
}
