import type { StyleSpecification } from 'maplibre-gl'
import { expect, test } from 'vitest'
import { compareStyles } from '#src/map/apply-style.ts'

const style = (layers: StyleSpecification['layers']): StyleSpecification => ({ version: 8, sources: {}, layers })
const fill = (id: string, change: object = {}) => ({ id, type: 'fill' as const, source: 's', 'source-layer': 'l', ...change })

test('equal styles have no differences, however they were made', () => {
  const make = () => style([fill('a', { paint: { 'fill-color': ['get', 'colour'] } })])
  expect(compareStyles(make(), make())).toEqual([])
})

test('paint, layout and filter are told apart; what vanished goes back to its default', () => {
  const before = style([fill('a', { paint: { 'fill-color': '#111111', 'fill-opacity': 0.5 } }), fill('b')])
  const after = style([
    fill('a', { paint: { 'fill-color': '#222222' }, layout: { visibility: 'none' } }),
    fill('b', { filter: ['has', 'x'] }),
  ])
  expect(compareStyles(before, after)).toEqual([
    { kind: 'paint', layer: 'a', property: 'fill-color', value: '#222222' },
    { kind: 'paint', layer: 'a', property: 'fill-opacity', value: undefined },
    { kind: 'layout', layer: 'a', property: 'visibility', value: 'none' },
    { kind: 'filter', layer: 'b', value: ['has', 'x'] },
  ])
})
