import type { FeatureCollection } from 'geojson'
import type { LayerSpecification, StyleSpecification, VectorSourceSpecification } from 'maplibre-gl'
import type { StyleInput } from './style-input.ts'
import { labelLayers } from './style-labels.ts'
import { groundLayers, landLayers } from './style-land.ts'
import { planLayers } from './style-plan.ts'
import { drawingLayers, reserveLayer, selectionLayers } from './style-selection.ts'
import { arterialLayers, streetLayers } from './style-streets.ts'
import { widenBox } from './widen-box.ts'

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }

/**
 * The style of the city for MapLibre, bottom to top. MapLibre's zooms are one below those of 256-pixel maps.
 * No `glyphs` and no `sprite`: text is drawn from the page's own font, images are drawn by us.
 */
export function buildStyle(input: StyleInput): StyleSpecification {
  const layers: LayerSpecification[] = [
    ...groundLayers(input),
    ...streetLayers(input),
    ...landLayers(input),
    ...arterialLayers(input),
    ...planLayers(input),
    ...selectionLayers(input),
    ...labelLayers(input),
    reserveLayer(input),
    ...drawingLayers(input),
  ]
  return {
    version: 8,
    name: 'Barzan',
    light: { anchor: 'viewport', color: '#ffffff', intensity: 0.28, position: [1.3, 210, 35] },
    sources: {
      land: tiles('land', 8, input),
      plan: tiles('plan', 13, input),
      labels: tiles('labels', 11, input),
      focus: { type: 'geojson', data: EMPTY },
      'focus-place': { type: 'geojson', data: EMPTY },
      drawn: { type: 'geojson', data: EMPTY },
      measured: { type: 'geojson', data: EMPTY },
      position: { type: 'geojson', data: EMPTY },
    },
    layers,
  }
}

/** Rivers, roads and power lines go on beyond the city: their tiles are asked for this much further out, in its own widths. */
const BEYOND = 0.5

/** A tile set by its contract instead of its TileJSON: one round trip less before the first tile. */
function tiles(set: string, minzoom: number, { origin, bounds }: StyleInput): VectorSourceSpecification {
  const address = `${origin}/tiles/${set}/{z}/{x}/{y}.mvt`
  return { type: 'vector', tiles: [address], minzoom, maxzoom: 16, bounds: widenBox(bounds, BEYOND) }
}
