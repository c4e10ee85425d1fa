import type { Bbox } from '#src/land/parcels/types.ts'

const LEAST_DEGREES = 0.05

/** The box with `by` times its width and height added on each side; a small box counts as 0.05° wide. Degrees. */
export function widenBox([west, south, east, north]: Bbox, by: number): Bbox {
  const [dx, dy] = [Math.max(east - west, LEAST_DEGREES) * by, Math.max(north - south, LEAST_DEGREES) * by]
  return [west - dx, Math.max(-85, south - dy), east + dx, Math.min(85, north + dy)]
}
