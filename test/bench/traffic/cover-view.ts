import type { Place } from './trace.ts'

const TILE_PX = 512
/** Deeper in, the client enlarges the tiles of this zoom. */
const LAST_ZOOM = 16

/** A point of the world as the map counts: 0–1 from west to east and from north to south (EPSG:3857). */
export function project([lon, lat]: Place): [x: number, y: number] {
  const sine = Math.sin((lat * Math.PI) / 180)
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)]
}

export function unproject([x, y]: readonly [number, number]): Place {
  return [(x - 0.5) * 360, (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90]
}

/** The width of one pixel of the screen at a zoom, as a part of the world. */
export function pixelAt(zoom: number): number {
  return 1 / (TILE_PX * 2 ** zoom)
}

/** The tiles a screen shows, nearest to the middle first: of the whole zoom below, at most the last there is. */
export function coverView(middle: Place, zoom: number, [widthPx, heightPx]: readonly [number, number]) {
  const z = Math.min(LAST_ZOOM, Math.floor(zoom))
  const [x, y] = project(middle).map((part) => part * 2 ** z) as [number, number]
  const half = (px: number) => (px / 2) * pixelAt(zoom) * 2 ** z
  const tiles: [number, number][] = []
  for (let column = Math.floor(x - half(widthPx)); column <= Math.floor(x + half(widthPx)); column++) {
    for (let row = Math.floor(y - half(heightPx)); row <= Math.floor(y + half(heightPx)); row++) tiles.push([column, row])
  }
  const distance = ([column, row]: [number, number]) => Math.hypot(column + 0.5 - x, row + 0.5 - y)
  return { z, tiles: tiles.sort((a, b) => distance(a) - distance(b) || a[0] - b[0] || a[1] - b[1]) }
}
