import type { ExpressionSpecification, LayerSpecification, SymbolLayerSpecification } from 'maplibre-gl'
import { metresPerPixel } from './map-scale.ts'
import { PARCELS_FROM } from './style-land.ts'
import { FONT, type StyleInput } from './style-input.ts'

const isSelected: ExpressionSpecification = ['boolean', ['feature-state', 'selected'], false]
/** 1 to 0 while a parcel that somebody has just changed glows. */
const glow: ExpressionSpecification = ['coalesce', ['feature-state', 'glow'], 0]
const isHovered: ExpressionSpecification = ['boolean', ['feature-state', 'hovered'], false]

/**
 * The selected set (by feature state) and the area it was drawn with, the parcel under the pointer, those just changed, and the focus parcel with its
 * halo: all that tints the land and so belongs under the labels.
 */
export function selectionLayers({ palette }: StyleInput): LayerSpecification[] {
  const isLight = palette.theme === 'light'
  return [
    {
      id: 'selected-fill',
      type: 'fill',
      source: 'land',
      'source-layer': 'parcels',
      minzoom: PARCELS_FROM,
      paint: {
        'fill-color': palette.select,
        'fill-opacity': ['case', isHovered, isLight ? 0.3 : 0.36, isSelected, isLight ? 0.17 : 0.22, 0],
      },
    },
    {
      id: 'selected-lines',
      type: 'line',
      source: 'land',
      'source-layer': 'parcels',
      minzoom: PARCELS_FROM,
      paint: {
        'line-color': palette.select,
        'line-width': ['case', isHovered, 2, ['>', glow, 0], 4, 1],
        'line-blur': ['case', isHovered, 0, ['>', glow, 0], 1.5, 0],
        'line-opacity': ['case', isHovered, 1, ['max', glow, ['case', isSelected, 0.7, 0]]],
      },
    },
    {
      id: 'drawn-fill',
      type: 'fill',
      source: 'drawn',
      filter: ['!=', ['geometry-type'], 'LineString'],
      // From afar no parcel is drawn that could be tinted: there the area itself is tinted as the set is from near.
      paint: {
        'fill-color': palette.select,
        'fill-opacity': ['step', ['zoom'], palette.theme === 'light' ? 0.17 : 0.22, PARCELS_FROM, 0.09],
      },
    },
    { id: 'focus-fill', type: 'fill', source: 'focus', paint: { 'fill-color': palette.select, 'fill-opacity': 0.14 } },
    {
      id: 'focus-halo',
      type: 'line',
      source: 'focus',
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': palette.selectHalo, 'line-width': 7, 'line-opacity': 0.85 },
    },
    {
      id: 'focus-line',
      type: 'line',
      source: 'focus',
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': palette.select, 'line-width': 3 },
    },
  ]
}

/** No label comes nearer to the focus parcel than this, in pixels: half its halo and some air. */
const AIR_PX = 6

/**
 * The place of the focus parcel, kept free of labels. Nothing of it is seen. MapLibre places the last layer first, so this one
 * belongs above all labels.
 */
export function reserveLayer({ lat }: StyleInput): SymbolLayerSpecification {
  // MapLibre takes the padding of the whole zoom below, so each step is as wide as its squares become until the next one.
  const at = (zoom: number): ExpressionSpecification => ['+', AIR_PX, ['/', ['get', 'cell_m'], 2 * metresPerPixel(zoom + 1, lat)]]
  const steps = [14, 15, 16, 17, 18, 19, 20, 21, 22].flatMap((zoom) => [zoom, at(zoom)])
  return {
    id: 'focus-place',
    type: 'symbol',
    source: 'focus-place',
    minzoom: 13,
    layout: {
      'icon-image': 'ink-box',
      'icon-size': 0.06,
      'icon-padding': ['step', ['zoom'], at(13), ...steps] as unknown as ExpressionSpecification,
      'icon-allow-overlap': true,
      'symbol-z-order': 'source',
    },
    paint: { 'icon-opacity': 0 },
  }
}

/** The lines of what is being drawn or was drawn: the lasso, a measured line or area with its figure, and where the reader stands. */
export function drawingLayers({ palette }: StyleInput): LayerSpecification[] {
  const isPoint: ExpressionSpecification = ['==', ['geometry-type'], 'Point']
  const ink = palette.theme === 'light' ? '#17262e' : '#f0e9da'
  const paper = palette.theme === 'light' ? '#fffdf8' : '#122034'
  return [
    {
      id: 'drawn-casing',
      type: 'line',
      source: 'drawn',
      paint: { 'line-color': palette.selectHalo, 'line-width': 4.5, 'line-opacity': 0.85 },
    },
    {
      id: 'drawn-line',
      type: 'line',
      source: 'drawn',
      paint: { 'line-color': palette.select, 'line-width': 1.8, 'line-dasharray': [3.9, 2.2] },
    },
    {
      id: 'measured-fill',
      type: 'fill',
      source: 'measured',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': ink, 'fill-opacity': 0.08 },
    },
    {
      id: 'measured-casing',
      type: 'line',
      source: 'measured',
      filter: ['!', isPoint],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': paper, 'line-width': 4.5, 'line-opacity': 0.9 },
    },
    {
      id: 'measured-line',
      type: 'line',
      source: 'measured',
      filter: ['!', isPoint],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': ink, 'line-width': 2 },
    },
    {
      id: 'measured-points',
      type: 'circle',
      source: 'measured',
      filter: ['all', isPoint, ['!', ['has', 'text']]],
      paint: { 'circle-radius': 4, 'circle-color': paper, 'circle-stroke-color': ink, 'circle-stroke-width': 2 },
    },
    {
      id: 'measured-text',
      type: 'symbol',
      source: 'measured',
      filter: ['has', 'text'],
      layout: {
        'text-field': ['get', 'text'],
        'text-font': FONT.strong,
        'text-size': 13,
        'icon-image': 'ink-box',
        'icon-text-fit': 'both',
        'icon-text-fit-padding': [5, 10, 5, 10],
        'text-allow-overlap': true,
        'icon-allow-overlap': true,
      },
      paint: { 'text-color': paper },
    },
    {
      id: 'position-accuracy',
      type: 'fill',
      source: 'position',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': palette.select, 'fill-opacity': 0.12 },
    },
    {
      id: 'position',
      type: 'circle',
      source: 'position',
      filter: isPoint,
      paint: {
        'circle-radius': 7,
        'circle-color': palette.select,
        'circle-stroke-color': palette.selectHalo,
        'circle-stroke-width': 3,
      },
    },
  ]
}
