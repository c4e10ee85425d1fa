import { tick } from 'svelte'
import type { Map as MapLibreMap } from 'maplibre-gl'
import type { Bbox } from '#src/land/parcels/types.ts'
import { prefersStillness } from './open-map.ts'

/** Go where a box fills the free part of the map (what panels do not cover), not closer than a street's view. */
export async function flyToBox(map: MapLibreMap, [west, south, east, north]: Bbox): Promise<void> {
  await settle(map)
  const corners: [[number, number], [number, number]] = [
    [west, south],
    [east, north],
  ]
  map.fitBounds(corners, { padding: 48, maxZoom: 18, duration: prefersStillness() ? 0 : 900, essential: false })
}

/** Move only when the box is not wholly in the free part of the map: what is chosen never hides behind a panel. */
export async function revealBox(map: MapLibreMap, bbox: Bbox): Promise<void> {
  await settle(map)
  const [west, south, east, north] = bbox
  const padding = map.getPadding()
  const { clientWidth, clientHeight } = map.getContainer()
  const corners = (
    [
      [west, south],
      [west, north],
      [east, south],
      [east, north],
    ] as [number, number][]
  ).map((corner) => map.project(corner))
  const isInside = corners.every(
    ({ x, y }) =>
      x >= (padding.left ?? 0) &&
      x <= clientWidth - (padding.right ?? 0) &&
      y >= (padding.top ?? 0) &&
      y <= clientHeight - (padding.bottom ?? 0),
  )
  if (isInside && map.getZoom() >= 15) return
  if (map.getZoom() < 15) await flyToBox(map, bbox)
  else map.easeTo({ center: [(west + east) / 2, (south + north) / 2], duration: prefersStillness() ? 0 : 350, essential: false })
}

/** Let panes and sheets take their place first: they change what is free of the map. */
async function settle(map: MapLibreMap): Promise<void> {
  await tick()
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  map.resize()
}
