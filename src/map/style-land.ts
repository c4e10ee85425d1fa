import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl'
import { colourOfUse, LAND_USE_HUE, pixelsOfMetres } from './expressions.ts'
import { mixColours } from './palette.ts'
import { shownIf, type StyleInput } from './style-input.ts'

/** From this zoom the tiles hold parcels; below it, blocks by land use. */
export const PARCELS_FROM = 15

/** Paper around the city, the city's own ground (it shows between the blocks as streets), banks of water. */
export function groundLayers({ palette, layers, lat }: StyleInput): LayerSpecification[] {
  const water = layers.water.opacity / 100
  const waterVisibility = shownIf(layers.water.isOn)
  // The bank is a wide line on the water's edge: the half that falls inside is covered by the water.
  const bankM: ExpressionSpecification = ['match', ['get', 'kind'], 'river', 44, 'pool', 0, 16]
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': palette.ground } },
    {
      id: 'city',
      type: 'fill',
      source: 'land',
      'source-layer': 'districts',
      paint: { 'fill-color': palette.street, 'fill-antialias': false },
    },
    {
      id: 'water-bank',
      type: 'line',
      source: 'land',
      'source-layer': 'water',
      minzoom: 12,
      layout: { visibility: waterVisibility, 'line-join': 'round' },
      paint: { 'line-color': palette.bank, 'line-opacity': water, 'line-width': pixelsOfMetres(bankM, lat) },
    },
  ]
}

/** Land use, parcels, blocks, buildings, water. */
export function landLayers(input: StyleInput): LayerSpecification[] {
  const { palette, layers, is3d, isHatched, lat } = input
  const useOpacity = layers['land-use'].opacity / 100
  const useVisibility = shownIf(layers['land-use'].isOn)
  const buildingOpacity = layers.buildings.opacity / 100
  const waterOpacity = layers.water.opacity / 100
  const waterVisibility = shownIf(layers.water.isOn)
  const parcelOpacity = layers.parcels.opacity / 100
  const buildingInk = palette.theme === 'light' ? 0.2 : 0.12
  const tint = (hue: string) => mixColours(hue, palette.buildingInk, palette.theme === 'light' ? 0.16 : 0.2)
  return [
    {
      id: 'use-of-blocks',
      type: 'fill',
      source: 'land',
      'source-layer': 'blocks',
      // Closer in they stand for the parcels until those have come; there, blocks with their own tiles are bare outlines.
      filter: ['step', ['zoom'], true, PARCELS_FROM, ['has', 'land_use']],
      layout: { visibility: useVisibility },
      paint: { 'fill-color': colourOfUse(palette), 'fill-opacity': useOpacity },
    },
    {
      id: 'use-of-parcels',
      type: 'fill',
      source: 'land',
      'source-layer': 'parcels',
      minzoom: PARCELS_FROM,
      layout: { visibility: useVisibility },
      paint: { 'fill-color': colourOfUse(palette), 'fill-opacity': useOpacity },
    },
    {
      id: 'hatch-of-blocks',
      type: 'fill',
      source: 'land',
      'source-layer': 'blocks',
      minzoom: 12,
      maxzoom: PARCELS_FROM,
      filter: hatched(isHatched),
      layout: { visibility: useVisibility },
      paint: { 'fill-pattern': ['image', ['concat', 'hatch-', LAND_USE_HUE]], 'fill-opacity': useOpacity },
    },
    {
      id: 'hatch-of-parcels',
      type: 'fill',
      source: 'land',
      'source-layer': 'parcels',
      minzoom: PARCELS_FROM,
      filter: hatched(isHatched),
      layout: { visibility: useVisibility },
      paint: { 'fill-pattern': ['image', ['concat', 'hatch-', LAND_USE_HUE]], 'fill-opacity': useOpacity },
    },
    {
      id: 'trees',
      type: 'fill',
      source: 'land',
      'source-layer': 'parcels',
      minzoom: PARCELS_FROM,
      filter: ['in', ['get', 'land_use'], ['literal', isHatched ? [] : ['GRN', 'AGR']]],
      layout: { visibility: useVisibility },
      paint: {
        'fill-pattern': ['step', ['zoom'], treesAt(15), 16, treesAt(16), 17, treesAt(17)],
        'fill-opacity': useOpacity,
      },
    },
    {
      id: 'water',
      type: 'fill',
      source: 'land',
      'source-layer': 'water',
      layout: { visibility: waterVisibility },
      paint: { 'fill-color': palette.water, 'fill-opacity': waterOpacity },
    },
    {
      id: 'water-edge',
      type: 'line',
      source: 'land',
      'source-layer': 'water',
      minzoom: 13,
      layout: { visibility: waterVisibility, 'line-join': 'round' },
      paint: {
        'line-color': palette.waterEdge,
        'line-opacity': waterOpacity,
        'line-width': ['interpolate', ['linear'], ['zoom'], 13, 0.5, 16, ['match', ['get', 'kind'], 'river', 1.5, 1.1]],
      },
    },
    {
      id: 'water-trees',
      type: 'line',
      source: 'land',
      'source-layer': 'water',
      minzoom: 15,
      filter: ['in', ['get', 'kind'], ['literal', ['river', 'madi', 'canal']]],
      layout: { visibility: waterVisibility, 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        // Rings of tiles run clockwise on the screen, so the outside is on the left.
        'line-color': palette.tree,
        'line-opacity': waterOpacity * 0.9,
        'line-dasharray': [0, 2],
        'line-width': pixelsOfMetres(4.5, lat),
        'line-offset': pixelsOfMetres(-4.6, lat),
      },
    },
    {
      id: 'parcel-lines',
      type: 'line',
      source: 'land',
      'source-layer': 'parcels',
      minzoom: PARCELS_FROM,
      layout: { visibility: shownIf(layers.parcels.isOn), 'line-join': 'round' },
      paint: {
        'line-color': palette.parcel,
        'line-width': ['interpolate', ['linear'], ['zoom'], 15, 0.4, 16, 0.6, 17, 0.8, 18, 1],
        'line-opacity': parcelOpacity,
      },
    },
    {
      id: 'buildings',
      type: 'fill',
      source: 'land',
      'source-layer': 'buildings',
      minzoom: 15,
      layout: { visibility: shownIf(layers.buildings.isOn && !is3d) },
      // A veil of brown (ivory at night) over the land use is the land use mixed with it, whatever the use is.
      paint: {
        'fill-color': palette.buildingInk,
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], 15, 0, 15.6, buildingInk * buildingOpacity],
      },
    },
    {
      id: 'building-lines',
      type: 'line',
      source: 'land',
      'source-layer': 'buildings',
      minzoom: 16.5,
      layout: { visibility: shownIf(layers.buildings.isOn && !is3d), 'line-join': 'miter' },
      paint: {
        'line-color': palette.theme === 'light' ? palette.block : palette.parcel,
        'line-width': 0.7,
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 16.5, 0, 17, 0.75 * buildingOpacity],
      },
    },
    {
      id: 'block-edges',
      type: 'line',
      source: 'land',
      'source-layer': 'blocks',
      minzoom: PARCELS_FROM,
      layout: { 'line-join': 'round', visibility: shownIf(layers.parcels.isOn || layers['land-use'].isOn) },
      paint: {
        'line-color': palette.block,
        'line-width': ['interpolate', ['linear'], ['zoom'], 13, 0.6, 17, 0.9],
        'line-opacity': 0.75,
      },
    },
    {
      id: 'buildings-3d',
      type: 'fill-extrusion',
      source: 'land',
      'source-layer': 'buildings',
      minzoom: 15,
      layout: { visibility: shownIf(layers.buildings.isOn && is3d) },
      paint: {
        'fill-extrusion-color': colourOfUse(palette, tint),
        'fill-extrusion-height': ['coalesce', ['get', 'height_m'], ['*', 3.2, ['coalesce', ['get', 'storeys'], 1]]],
        'fill-extrusion-opacity': 0.94 * buildingOpacity,
        'fill-extrusion-vertical-gradient': true,
      },
    },
  ]
}

/** Mixed use is always striped and a buffer always hatched; the others when the reader asks for hatches. */
function hatched(isHatched: boolean): FilterSpecification {
  if (!isHatched) return ['in', ['get', 'land_use'], ['literal', ['MIX', 'BUF']]]
  return ['!', ['in', ['coalesce', ['get', 'land_use'], 'NONE'], ['literal', ['VAC', 'TRN', 'NONE']]]]
}

/** Trees keep their size in metres: the image of each zoom is drawn for it. */
function treesAt(zoom: number): ExpressionSpecification {
  return ['image', ['case', ['==', ['get', 'land_use'], 'GRN'], `trees-${zoom}`, `orchard-${zoom}`]]
}
