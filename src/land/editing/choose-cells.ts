/** Side of a cell, metres: larger than nearly every parcel, so that an edit locks one to four. */
const CELL_M = 250
/** An edit that reaches over more cells locks the whole municipality instead. */
const MOST_CELLS = 64

export type Box = readonly [west: number, south: number, east: number, north: number]

/**
 * The cells of ground that boxes (metres) reach into, as 32-bit lock numbers in ascending order, the same for whoever asks; null
 * when they are too many to be locked one by one. Two cells may share a number: then they only wait for each other needlessly.
 */
export function chooseCells(boxes: readonly Box[]): number[] | null {
  const cells = new Set<number>()
  for (const box of boxes) {
    const [west, south, east, north] = box.map((metres) => Math.floor(metres / CELL_M)) as [number, number, number, number]
    if ((east - west + 1) * (north - south + 1) > MOST_CELLS) return null
    for (let x = west; x <= east; x++) for (let y = south; y <= north; y++) cells.add((x << 16) ^ (y & 0xffff))
  }
  return cells.size > MOST_CELLS ? null : [...cells].sort((a, b) => a - b)
}
