import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { IS_ARTERIAL, IS_COLLECTOR, pixelsAtLeast, pixelsOfMetres, STREET_WIDTH_M } from './expressions.ts'
import { mixColours } from './palette.ts'
import type { StyleInput } from './style-input.ts'

/** Streets as strips of their true width, below the blocks: where blocks tile the ground they show in between. */
export function streetLayers({ palette, lat }: StyleInput): LayerSpecification[] {
  return [
    {
      id: 'street-edges',
      type: 'line',
      source: 'land',
      'source-layer': 'streets',
      minzoom: 13,
      maxzoom: 15,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': palette.streetEdge,
        'line-width': pixelsAtLeast(['+', STREET_WIDTH_M, 1], lat, 1.4),
        // Closer in, the edges of blocks are the edges of streets; these would show in squares and at cut corners.
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0, 13.6, 1, 14.6, 1, 15, 0],
      },
    },
    {
      id: 'streets',
      type: 'line',
      source: 'land',
      'source-layer': 'streets',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.street, 'line-width': pixelsAtLeast(STREET_WIDTH_M, lat, 0.6) },
    },
  ]
}

/** Arterials over the blocks: white with an edge by day, a raised tone narrower than the street by night; medians of boulevards; the green of squares. */
export function arterialLayers({ palette, lat }: StyleInput): LayerSpecification[] {
  const isLight = palette.theme === 'light'
  const arterial: ExpressionSpecification = isLight ? ['*', STREET_WIDTH_M, 0.94] : ['*', STREET_WIDTH_M, 0.62]
  const isBoulevard: ExpressionSpecification = ['all', IS_ARTERIAL, ['>=', STREET_WIDTH_M, 28]]
  return [
    {
      id: 'collectors',
      type: 'line',
      source: 'land',
      'source-layer': 'streets',
      minzoom: 14,
      filter: IS_COLLECTOR,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': isLight ? palette.street : mixColours(palette.street, palette.arterial, 0.5),
        'line-width': pixelsOfMetres(['*', STREET_WIDTH_M, 0.55], lat),
      },
    },
    {
      id: 'arterial-edges',
      type: 'line',
      source: 'land',
      'source-layer': 'streets',
      filter: IS_ARTERIAL,
      maxzoom: 16,
      layout: { 'line-cap': 'butt', 'line-join': 'round' },
      paint: {
        'line-color': palette.arterialEdge,
        'line-width': pixelsAtLeast(['*', arterial, 1.02], lat, 3.2),
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 10, 0.6, 15, isLight ? 1 : 0],
      },
    },
    {
      id: 'arterials',
      type: 'line',
      source: 'land',
      'source-layer': 'streets',
      filter: IS_ARTERIAL,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.arterial, 'line-width': pixelsAtLeast(arterial, lat, 1.8) },
    },
    {
      id: 'medians',
      type: 'line',
      source: 'land',
      'source-layer': 'streets',
      filter: isBoulevard,
      minzoom: 14,
      layout: { 'line-cap': 'butt', 'line-join': 'round' },
      paint: { 'line-color': palette.bank, 'line-width': pixelsOfMetres(4.2, lat) },
    },
    {
      id: 'median-trees',
      type: 'line',
      source: 'land',
      'source-layer': 'streets',
      filter: isBoulevard,
      minzoom: 15,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.tree, 'line-width': pixelsOfMetres(3, lat), 'line-dasharray': [0, 3] },
    },
    ...[
      { id: 'square-green', radiusM: 19, colour: palette.uses.GRN, edge: palette.tree },
      { id: 'square-water', radiusM: 7, colour: palette.water, edge: palette.waterEdge },
    ].map(({ id, radiusM, colour, edge }): LayerSpecification => ({
      id,
      type: 'circle',
      source: 'land',
      'source-layer': 'facilities',
      minzoom: 14,
      filter: ['==', ['get', 'kind'], 'square'],
      paint: {
        'circle-radius': pixelsOfMetres(radiusM, lat),
        'circle-color': colour,
        'circle-stroke-color': edge,
        'circle-stroke-width': 0.8,
        'circle-pitch-alignment': 'map',
      },
    })),
  ]
}
