/** What the layer tree offers, in its order. `defaultOpacity` is in percent; null = no slider. */
export interface LayerEntry {
  id: LayerId
  group: LayerGroupId
  isOnByDefault: boolean
  opacity: number | null
}

export const LAYER_GROUPS = ['plan', 'existing', 'constraints', 'display'] as const
export type LayerGroupId = (typeof LAYER_GROUPS)[number]

export const LAYER_IDS = [
  'land-use',
  'zones',
  'plan-lines',
  'parcels',
  'buildings',
  'water',
  'facilities',
  'buffers',
  'findings',
  'labels',
] as const
export type LayerId = (typeof LAYER_IDS)[number]

export const LAYERS: readonly LayerEntry[] = [
  { id: 'land-use', group: 'plan', isOnByDefault: true, opacity: 100 },
  { id: 'zones', group: 'plan', isOnByDefault: false, opacity: 100 },
  { id: 'plan-lines', group: 'plan', isOnByDefault: true, opacity: 100 },
  { id: 'parcels', group: 'existing', isOnByDefault: true, opacity: 100 },
  { id: 'buildings', group: 'existing', isOnByDefault: true, opacity: 100 },
  { id: 'water', group: 'existing', isOnByDefault: true, opacity: 100 },
  { id: 'facilities', group: 'existing', isOnByDefault: true, opacity: null },
  { id: 'buffers', group: 'constraints', isOnByDefault: true, opacity: 100 },
  { id: 'findings', group: 'constraints', isOnByDefault: false, opacity: 100 },
  { id: 'labels', group: 'display', isOnByDefault: true, opacity: null },
]

export interface LayerSetting {
  isOn: boolean
  opacity: number // percent
}
export type LayerSettings = Record<LayerId, LayerSetting>

/** The settings a first visitor sees. */
export function defaultLayers(): LayerSettings {
  return Object.fromEntries(
    LAYERS.map((layer) => [layer.id, { isOn: layer.isOnByDefault, opacity: layer.opacity ?? 100 }]),
  ) as LayerSettings
}

export function isLayerId(value: string): value is LayerId {
  return (LAYER_IDS as readonly string[]).includes(value)
}

/** How many layers of a group are on: «۲ از ۳». */
export function countGroup(group: LayerGroupId, settings: LayerSettings): { on: number; all: number } {
  const members = LAYERS.filter((layer) => layer.group === group)
  return { on: members.filter((layer) => settings[layer.id].isOn).length, all: members.length }
}
