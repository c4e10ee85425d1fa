import type { LayerSpecification } from 'maplibre-gl'
import { mixColours } from './palette.ts'
import { shownIf, type StyleInput } from './style-input.ts'

/** Zooms from which lines of law are drawn: earlier they would be louder than the land they lie on. */
const BUFFERS_FROM = 14
const PLAN_LINES_FROM = 15

/** What the plan and the law lay over the ground: zones, street lines, buffers, and what checks have found. */
export function planLayers({ palette, layers, isHatched }: StyleInput): LayerSpecification[] {
  const opacity = (id: 'zones' | 'plan-lines' | 'buffers' | 'findings') => layers[id].opacity / 100
  const zone = mixColours(palette.quarter, palette.select, 0.25)
  return [
    {
      id: 'zone-lines',
      type: 'line',
      source: 'land',
      'source-layer': 'zones',
      layout: { visibility: shownIf(layers.zones.isOn), 'line-join': 'round' },
      paint: {
        'line-color': zone,
        'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.8, 16, 1.6],
        'line-opacity': 0.8 * opacity('zones'),
        'line-dasharray': [6, 1.5],
      },
    },
    {
      id: 'buffer-hatch',
      type: 'fill',
      source: 'plan',
      'source-layer': 'buffers',
      minzoom: BUFFERS_FROM,
      layout: { visibility: shownIf(layers.buffers.isOn && isHatched) },
      paint: { 'fill-pattern': 'hatch-buffer', 'fill-opacity': 0.8 * opacity('buffers') },
    },
    {
      id: 'buffer-lines',
      type: 'line',
      source: 'plan',
      'source-layer': 'buffers',
      minzoom: BUFFERS_FROM,
      layout: { visibility: shownIf(layers.buffers.isOn), 'line-join': 'round' },
      paint: {
        'line-color': palette.waterEdge,
        'line-width': ['interpolate', ['linear'], ['zoom'], BUFFERS_FROM, 0.6, BUFFERS_FROM + 2, 1.2],
        'line-dasharray': [6, 2.5, 1.2, 2.5],
        'line-opacity': opacity('buffers'),
      },
    },
    {
      id: 'plan-lines',
      type: 'line',
      source: 'plan',
      'source-layer': 'street_lines',
      minzoom: PLAN_LINES_FROM,
      layout: { visibility: shownIf(layers['plan-lines'].isOn) },
      paint: {
        'line-color': palette.danger,
        'line-width': ['interpolate', ['linear'], ['zoom'], PLAN_LINES_FROM, 0.8, PLAN_LINES_FROM + 2, 1.5],
        'line-dasharray': [3.4, 2],
        'line-opacity': opacity('plan-lines'),
      },
    },
    {
      id: 'finding-fill',
      type: 'fill',
      source: 'plan',
      'source-layer': 'findings',
      minzoom: 13,
      layout: { visibility: shownIf(layers.findings.isOn) },
      paint: { 'fill-color': palette.danger, 'fill-opacity': 0.35 * opacity('findings') },
    },
    {
      id: 'finding-lines',
      type: 'line',
      source: 'plan',
      'source-layer': 'findings',
      minzoom: 13,
      layout: { visibility: shownIf(layers.findings.isOn) },
      paint: { 'line-color': palette.danger, 'line-width': 2.2, 'line-opacity': opacity('findings') },
    },
  ]
}
