import { readFileSync } from 'node:fs'
import { latest, validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { expect, test } from 'vitest'
import { defaultLayers } from '#src/map/layer-catalogue.ts'
import { mixColours, readPalette, type Palette } from '#src/map/palette.ts'
import { buildStyle } from '#src/map/style.ts'
import type { StyleInput } from '#src/map/style-input.ts'

const css = readFileSync(new URL('../../src/ui/tokens.css', import.meta.url), 'utf8')

/** The tokens of one theme, as a browser would compute them: dark overrides light. */
function paletteOf(theme: 'light' | 'dark'): Palette {
  const [light = '', dark = ''] = css.split(/\[data-theme=['"]?dark['"]?\]\s*\{/)
  const find = (text: string, token: string) => new RegExp(`${token}:\\s*([^;]+);`).exec(text)?.[1]
  return readPalette(
    theme,
    (token) => (theme === 'dark' ? find(dark.split('}')[0] ?? '', token) : undefined) ?? find(light, token) ?? '',
  )
}
const input = (change: Partial<StyleInput> = {}): StyleInput => ({
  palette: paletteOf('light'),
  locale: 'fa',
  layers: defaultLayers(),
  is3d: false,
  isHatched: false,
  lat: 32.4,
  origin: 'http://127.0.0.1:3000',
  bounds: [51.3, 32.3, 51.4, 32.4],
  ...change,
})

test.each(['light', 'dark'] as const)('the %s style is valid and small', (theme) => {
  for (const locale of ['fa', 'en'] as const) {
    const style = buildStyle(input({ palette: paletteOf(theme), locale, is3d: true, isHatched: true }))
    expect(validateStyleMin(style, latest)).toEqual([])
    expect(style.layers.length).toBeLessThanOrEqual(56)
    expect(new Set(style.layers.map((layer) => layer.id)).size).toBe(style.layers.length)
  }
})

test('nothing is loaded from another host, no glyph server, no sprite', () => {
  const style = buildStyle(input())
  expect(style.glyphs).toBeUndefined()
  expect(style.sprite).toBeUndefined()
  expect(
    JSON.stringify(style)
      .match(/https?:\/\/[^"]+/g)
      ?.every((url) => url.startsWith('http://127.0.0.1:3000/')),
  ).toBe(true)
})

test('dark is drawn: arterials are raised above their surroundings, streets lie below the blocks', () => {
  const { layers } = buildStyle(input({ palette: paletteOf('dark') }))
  const at = (id: string) => layers.findIndex((layer) => layer.id === id)
  expect(at('streets')).toBeLessThan(at('use-of-parcels'))
  expect(at('arterials')).toBeGreaterThan(at('use-of-parcels'))
  expect(at('focus-line')).toBeGreaterThan(at('use-of-parcels'))
})

test('switching a layer off hides it and only it', () => {
  const layers = defaultLayers()
  layers.buildings.isOn = false
  const hidden = (style: ReturnType<typeof buildStyle>) =>
    style.layers
      .filter((layer) => 'layout' in layer && (layer.layout as { visibility?: string } | undefined)?.visibility === 'none')
      .map((layer) => layer.id)
  const before = hidden(buildStyle(input()))
  expect(
    hidden(buildStyle(input({ layers })))
      .filter((id) => !before.includes(id))
      .sort(),
  ).toEqual(['building-lines', 'buildings', 'storeys'])
})

test('colours mix like veils', () => {
  expect(mixColours('#000000', '#ffffff', 0.5)).toBe('#808080')
  expect(mixColours('rgba(0,0,0,0)', '#ffffff', 0.5)).toBe('rgba(0,0,0,0)')
})

test('lines of law come late and thin, so that they never drown the land', () => {
  const { layers } = buildStyle(input())
  const find = (id: string) => layers.find((layer) => layer.id === id)!
  expect(find('buffer-lines').minzoom).toBe(14)
  expect(find('plan-lines').minzoom).toBe(15)
  for (const id of ['buffer-lines', 'plan-lines']) {
    const [, , , from, first] = (find(id).paint as { 'line-width': number[] })['line-width']
    expect(from).toBe(find(id).minzoom)
    expect(first).toBeLessThan(1)
  }
})

test('the focus parcel reserves its place before any label: its layer lies above them all and cannot be seen', () => {
  const { layers, sources } = buildStyle(input())
  const at = layers.findIndex((layer) => layer.id === 'focus-place')
  const labels = layers.filter((layer) => layer.type === 'symbol' && (layer.source === 'labels' || layer.source === 'land'))
  expect(labels.length).toBeGreaterThan(5)
  for (const label of labels) expect(layers.indexOf(label)).toBeLessThan(at)
  expect(sources['focus-place']?.type).toBe('geojson')
  expect(layers[at]).toMatchObject({ layout: { 'icon-allow-overlap': true }, paint: { 'icon-opacity': 0 } })
})

test('tiles are asked for beyond the city too, so that a river does not end at a straight line', () => {
  for (const set of ['land', 'plan', 'labels']) {
    const { bounds } = buildStyle(input()).sources[set] as { bounds: [number, number, number, number] }
    expect(bounds.map((value) => Number(value.toFixed(6)))).toEqual([51.25, 32.25, 51.45, 32.45])
  }
})
