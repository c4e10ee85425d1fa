import type { Bbox } from '#src/kernel/bbox.ts'

/** Degrees; so that small steps of a reader who looks closely stay inside. */
const LEAST_MARGIN = 0.005
/** A watched box wider than this many views tells of much that nobody sees. */
const WIDEST = 24

/** The box to watch for a view: one view more on each side. Rounded outwards, so that neighbours who look at the same ask the same. */
export function chooseWatchedBox([west, south, east, north]: Bbox): Bbox {
  const dx = Math.max(east - west, LEAST_MARGIN)
  const dy = Math.max(north - south, LEAST_MARGIN)
  const down = (degrees: number) => Math.floor(degrees * 500) / 500
  const up = (degrees: number) => Math.ceil(degrees * 500) / 500
  return [
    Math.max(-180, down(west - dx)),
    Math.max(-90, down(south - dy)),
    Math.min(180, up(east + dx)),
    Math.min(90, up(north + dy)),
  ]
}

/** Whether a watched box still serves this view. */
export function serves(box: Bbox, [west, south, east, north]: Bbox): boolean {
  const isInside = box[0] <= west && box[1] <= south && box[2] >= east && box[3] >= north
  return isInside && box[2] - box[0] <= WIDEST * Math.max(east - west, LEAST_MARGIN)
}
