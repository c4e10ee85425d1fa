import type { LayerSpecification, Map as MapLibreMap, StyleSpecification } from 'maplibre-gl'

export type StyleChange =
  | { kind: 'paint' | 'layout'; layer: string; property: string; value: unknown }
  | { kind: 'filter'; layer: string; value: unknown }

/** What differs in paint, layout and filters between two styles with the same layers. Sources are never touched: they hold live data. */
export function compareStyles(before: StyleSpecification, after: StyleSpecification): StyleChange[] {
  const previous = new Map(before.layers.map((layer) => [layer.id, layer]))
  return after.layers.flatMap((layer) => {
    const old = previous.get(layer.id)
    return old === undefined
      ? []
      : [...compareProperties('paint', old, layer), ...compareProperties('layout', old, layer), ...compareFilter(old, layer)]
  })
}

/** Apply the changes; ours were validated by the tests, so MapLibre need not do it again. */
export function applyStyleChanges(map: MapLibreMap, changes: readonly StyleChange[]): void {
  for (const change of changes) {
    if (change.kind === 'filter')
      map.setFilter(change.layer, change.value as Parameters<MapLibreMap['setFilter']>[1], { validate: false })
    else if (change.kind === 'paint')
      map.setPaintProperty(change.layer, change.property as never, change.value as never, { validate: false })
    else map.setLayoutProperty(change.layer, change.property as never, change.value as never, { validate: false })
  }
}

function compareProperties(kind: 'paint' | 'layout', before: LayerSpecification, after: LayerSpecification): StyleChange[] {
  const old = (before[kind] ?? {}) as Record<string, unknown>
  const now = (after[kind] ?? {}) as Record<string, unknown>
  const names = new Set([...Object.keys(old), ...Object.keys(now)])
  return [...names]
    .filter((name) => !isSame(old[name], now[name]))
    .map((name) => ({ kind, layer: after.id, property: name, value: now[name] }))
}

function compareFilter(before: LayerSpecification, after: LayerSpecification): StyleChange[] {
  const [old, now] = [before, after].map((layer) => ('filter' in layer ? layer.filter : undefined))
  return isSame(old, now) ? [] : [{ kind: 'filter', layer: after.id, value: now }]
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
