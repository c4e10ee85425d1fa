import type { Bbox } from './bbox.ts'

/** The box of a tile of web Mercator in degrees. */
export function findTileBox({ z, x, y }: { z: number; x: number; y: number }): Bbox {
  const side = 2 ** z
  const longitude = (column: number) => (column / side) * 360 - 180
  const latitude = (row: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / side))) * 180) / Math.PI
  return [longitude(x), latitude(y + 1), longitude(x + 1), latitude(y)]
}

/** Whether two boxes have a point in common. */
export function meetsBox([west, south, east, north]: Bbox, [w, s, e, n]: Bbox): boolean {
  return west <= e && east >= w && south <= n && north >= s
}
