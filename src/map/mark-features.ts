import type { Map as MapLibreMap } from 'maplibre-gl'

const PARCELS = { source: 'land', sourceLayer: 'parcels' } as const
type Mark = 'selected' | 'hovered'

/** Keeps which parcels are marked on the map, and tells the map only what has changed. Ids are those of the database and the tiles. */
export function createMarker(map: MapLibreMap, mark: Mark): (ids: readonly number[]) => void {
  let marked = new Set<number>()
  return (ids) => {
    const next = new Set(ids)
    for (const id of marked) if (!next.has(id)) map.removeFeatureState({ ...PARCELS, id }, mark)
    for (const id of next) if (!marked.has(id)) map.setFeatureState({ ...PARCELS, id }, { [mark]: true })
    marked = next
  }
}
