import type { Map as MapLibreMap } from 'maplibre-gl'
import type { Bbox } from '#src/land/parcels/types.ts'
import { prefersStillness } from './open-map.ts'

/** Go where a box fills the free part of the map (what panels do not cover), not closer than a street's view. */
export function flyToBox(map: MapLibreMap, [west, south, east, north]: Bbox): void {
  map.fitBounds(
    [
      [west, south],
      [east, north],
    ],
    { padding: 56, maxZoom: 18, duration: prefersStillness() ? 0 : 900, essential: false },
  )
}

/** Move only when the box is not wholly in the free part of the map: what is chosen never hides behind a panel. */
export function revealBox(map: MapLibreMap, bbox: Bbox): void {
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
  if (map.getZoom() < 15) flyToBox(map, bbox)
  else map.easeTo({ center: [(west + east) / 2, (south + north) / 2], duration: prefersStillness() ? 0 : 350, essential: false })
}
