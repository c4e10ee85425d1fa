import type { ExpressionSpecification, LayerSpecification, SymbolLayerSpecification } from 'maplibre-gl'
import { digitsIn, IS_ARTERIAL, IS_LABELLED_AS_COLLECTOR, nameIn } from './expressions.ts'
import { FONT, shownIf, type StyleInput } from './style-input.ts'

/** A square is drawn on the ground itself and has no icon. */
const isSquare: ExpressionSpecification = ['==', ['get', 'kind'], 'square']

/**
 * Labels and icons. MapLibre places the last layer first, so the order of importance is from the bottom up here:
 * house numbers, quarters, facilities, water, then local, collector and arterial streets.
 */
export function labelLayers(input: StyleInput): LayerSpecification[] {
  const { palette, locale, layers, is3d } = input
  const visibility = shownIf(layers.labels.isOn)
  const paint = {
    'text-color': palette.label,
    'text-halo-color': palette.labelHalo,
    'text-halo-width': 1.6,
    'text-halo-blur': 0.4,
  }
  return [
    {
      id: 'storeys',
      type: 'symbol',
      source: 'land',
      'source-layer': 'buildings',
      minzoom: 19,
      layout: {
        visibility: shownIf(layers.labels.isOn && layers.buildings.isOn && !is3d),
        'text-field': digitsIn(locale, ['concat', '+', ['to-string', ['get', 'storeys']]]),
        'text-font': FONT.medium,
        'text-size': 10,
      },
      paint: { ...paint, 'text-color': palette.quarter },
    },
    {
      id: 'house-numbers',
      type: 'symbol',
      source: 'labels',
      'source-layer': 'parcel_labels',
      minzoom: 17.6,
      layout: {
        visibility,
        'text-field': digitsIn(locale, ['to-string', ['coalesce', ['get', 'house_number'], '']]),
        'text-font': FONT.medium,
        'text-size': ['interpolate', ['linear'], ['zoom'], 17.6, 10, 19.5, 12.5],
        'text-padding': 3,
      },
      paint: { ...paint, 'text-halo-width': 1.1 },
    },
    {
      id: 'quarters',
      type: 'symbol',
      source: 'labels',
      'source-layer': 'neighbourhood_labels',
      minzoom: 11.5,
      maxzoom: 16.2,
      layout: {
        visibility,
        'text-field': nameIn(locale),
        'text-font': FONT.title,
        'text-size': ['interpolate', ['linear'], ['zoom'], 11.5, 12, 14, 16],
        'text-max-width': 7,
        'text-padding': 8,
        'text-line-height': 1.3,
      },
      paint: {
        'text-color': palette.quarter,
        'text-halo-color': palette.labelHalo,
        'text-halo-width': 2.4,
        'text-halo-blur': 0.6,
      },
    },
    {
      id: 'zone-codes',
      type: 'symbol',
      source: 'land',
      'source-layer': 'zones',
      minzoom: 13,
      layout: {
        visibility: shownIf(layers.zones.isOn),
        'text-field': ['get', 'code'],
        'text-font': FONT.strong,
        'text-size': 12,
      },
      paint,
    },
    {
      id: 'facilities',
      type: 'symbol',
      source: 'land',
      'source-layer': 'facilities',
      minzoom: 14.6,
      layout: {
        visibility: shownIf(layers.facilities.isOn),
        'icon-image': ['case', isSquare, '', ['image', ['concat', 'facility-', ['get', 'kind']]]],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 14.6, 0.6, 16.2, 1],
        'icon-padding': 3,
        'text-field': ['step', ['zoom'], '', 16, layers.labels.isOn ? nameIn(locale) : ''],
        'text-font': FONT.medium,
        'text-size': 11,
        'text-anchor': 'top',
        'text-offset': ['case', isSquare, ['literal', [0, 2.4]], ['literal', [0, 1.15]]],
        'text-optional': true,
        'text-max-width': 8,
        'text-line-height': 1.3,
      },
      paint,
    },
    {
      id: 'water-names',
      type: 'symbol',
      source: 'labels',
      'source-layer': 'water_labels',
      minzoom: 13,
      layout: {
        visibility: shownIf(layers.labels.isOn && layers.water.isOn),
        'symbol-placement': 'line',
        'symbol-spacing': 380,
        'text-field': nameIn(locale),
        'text-font': FONT.medium,
        'text-size': ['match', ['get', 'kind'], 'river', 14, 12],
        'text-max-angle': 30,
      },
      paint: { 'text-color': palette.waterLabel, 'text-halo-color': palette.labelHalo, 'text-halo-width': 1.4 },
    },
    streetNames('local-names', input, ['all', ['!', IS_ARTERIAL], ['!', IS_LABELLED_AS_COLLECTOR]], 17.2, 11, FONT.medium),
    streetNames('collector-names', input, IS_LABELLED_AS_COLLECTOR, 15.6, 12, FONT.medium),
    streetNames('arterial-names', input, IS_ARTERIAL, 13.6, 13, FONT.strong),
  ]
}

function streetNames(
  id: string,
  input: StyleInput,
  filter: ExpressionSpecification,
  minzoom: number,
  size: number,
  font: string[],
): SymbolLayerSpecification {
  const { palette, locale, layers } = input
  return {
    id,
    type: 'symbol',
    source: 'labels',
    'source-layer': 'street_labels',
    minzoom,
    filter,
    layout: {
      visibility: shownIf(layers.labels.isOn),
      'symbol-placement': 'line',
      'symbol-spacing': 320,
      'text-field': nameIn(locale),
      'text-font': font,
      'text-size': size,
      'text-max-angle': 32,
      'text-padding': 4,
      'text-letter-spacing': locale === 'en' ? 0.02 : 0,
    },
    paint: { 'text-color': palette.label, 'text-halo-color': palette.labelHalo, 'text-halo-width': 1.8, 'text-halo-blur': 0.3 },
  }
}
