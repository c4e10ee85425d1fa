import type { Map as MapLibreMap, StyleImageMetadata } from 'maplibre-gl'
import type { Bbox } from '#src/land/parcels/types.ts'
import { beginLoadingMap } from './begin-loading.ts'
import { applyStyleChanges, compareStyles } from './apply-style.ts'
import { drawImage } from './draw-image.ts'
import type { Palette } from './palette.ts'
import { buildStyle } from './style.ts'
import type { StyleInput } from './style-input.ts'
import { createTileVersions, type TileVersions } from './tile-versions.ts'
import type { View } from './url-state.ts'
import { widenBox } from './widen-box.ts'

export interface OpenMapOptions {
  container: HTMLElement
  style: StyleInput
  view: View | null
  bounds: Bbox
  /** Words of MapLibre's own for screen readers, in the page's language. */
  canvasLabel: string
}

/** The open map: MapLibre's, how to redraw it with another style input, and which of its tiles have changed since. */
export interface OpenMap {
  map: MapLibreMap
  versions: TileVersions
  restyle: (input: StyleInput) => void
}

/** Whether this browser can draw the map at all. */
export function canDrawMap(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null
  } catch {
    return false
  }
}

/** Load MapLibre (only here), open the map in `container` and give it our style, patterns and icons. */
export async function openMap({ container, style, view, bounds, canvasLabel }: OpenMapOptions): Promise<OpenMap> {
  const library = await beginLoadingMap()
  if (library === null) throw new Error('The map can only be opened in a browser')
  let current = buildStyle(style)
  let palette = style.palette
  const versions = createTileVersions()
  const map = new library.Map({
    container,
    style: current,
    ...(view === null
      ? { bounds, fitBoundsOptions: { padding: 24 } }
      : { center: [view.lon, view.lat], zoom: view.zoom, bearing: view.bearing, pitch: view.pitch }),
    minZoom: 8,
    maxZoom: 21,
    maxPitch: 60,
    attributionControl: false,
    fadeDuration: prefersStillness() ? 0 : 200,
    dragRotate: true,
    // Names along streets are placed by us for one direction of reading; copies of the world are of no use to one city.
    renderWorldCopies: false,
    locale: { 'Map.Title': canvasLabel },
    validateStyle: false,
    // Ground outside the city has no tiles: do not ask for it beyond a margin.
    maxBounds: widenBox(bounds, 1.5),
    transformRequest: (url) => ({ url: versions.mark(url) }),
  })
  map.touchPitch.disable()
  // Images are drawn when a tile first asks for one: the first view of a city needs hardly any.
  map.setMissingStyleImageResolver((name) => putImage(map, name, palette, style.lat))
  return {
    map,
    versions,
    restyle(input) {
      if (input.palette !== palette) {
        palette = input.palette
        for (const name of map.listImages()) putImage(map, name, palette, input.lat)
      }
      const next = buildStyle(input)
      applyStyleChanges(map, compareStyles(current, next))
      current = next
    },
  }
}

export function prefersStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** Images are replaced in place when the theme changes: their sizes do not depend on it. */
function putImage(map: MapLibreMap, name: string, palette: Palette, lat: number): void {
  const image = drawImage(name, palette, lat)
  if (image === null) return
  const stretch = { content: [6, 6, 26, 26], stretchX: [[8, 24]], stretchY: [[8, 24]] } satisfies Partial<StyleImageMetadata>
  if (map.hasImage(name)) map.updateImage(name, image.data)
  else map.addImage(name, image.data, { pixelRatio: image.pixelRatio, ...(name === 'ink-box' && stretch) })
}
