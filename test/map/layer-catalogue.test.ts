import { expect, test } from 'vitest'
import { countGroup, defaultLayers, LAYER_GROUPS, LAYERS } from '#src/map/layer-catalogue.ts'

test('every layer belongs to a group and starts as the catalogue says', () => {
  const settings = defaultLayers()
  for (const layer of LAYERS) {
    expect(LAYER_GROUPS).toContain(layer.group)
    expect(settings[layer.id]).toEqual({ isOn: layer.isOnByDefault, opacity: 100 })
  }
})

test('a group counts what is on', () => {
  const settings = defaultLayers()
  const before = countGroup('existing', settings)
  settings.buildings.isOn = false
  expect(countGroup('existing', settings)).toEqual({ on: before.on - 1, all: before.all })
})
