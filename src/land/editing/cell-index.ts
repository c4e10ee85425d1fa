import type { Box } from './choose-cells.ts'

/** Side of a cell, metres: about the distance of the corners of parcels. */
const CELL_M = 8
/** What reaches over more cells is looked at every time. */
const MOST_CELLS = 64

/** Finds those of many things whose boxes (metres) may meet a box, without looking at all. */
export interface CellIndex<T> {
  near(box: Box): Iterable<T>
}

export function indexByCells<T>(things: readonly T[], boxOf: (thing: T) => Box): CellIndex<T> {
  const cells = new Map<number, T[]>()
  const wide: T[] = []
  for (const thing of things) {
    const keys = listCells(boxOf(thing))
    if (!keys) wide.push(thing)
    else {
      for (const key of keys) {
        const cell = cells.get(key)
        if (cell) cell.push(thing)
        else cells.set(key, [thing])
      }
    }
  }
  return {
    near(box) {
      const keys = listCells(box)
      if (!keys) return things
      if (keys.length === 1 && wide.length === 0) return cells.get(keys[0]!) ?? []
      return new Set([...keys.flatMap((key) => cells.get(key) ?? []), ...wide])
    },
  }
}

function listCells(box: Box): number[] | null {
  const [west, south, east, north] = box.map((metres) => Math.floor(metres / CELL_M)) as [number, number, number, number]
  if ((east - west + 1) * (north - south + 1) > MOST_CELLS) return null
  const keys: number[] = []
  for (let x = west; x <= east; x++) for (let y = south; y <= north; y++) keys.push(x * 2 ** 26 + y)
  return keys
}
