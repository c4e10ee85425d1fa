import { chooseUse } from './choose-use.ts'
import { sumAreas, type Books, type Portion } from './keep-books.ts'

/** The zoom at which every piece of ground is drawn whole, in one use. */
export const GROUND_ZOOM = 12
/** The zoom from which the dwellings of a block are drawn in one density. */
export const DENSITY_ZOOM = 13

/** How a piece of ground is drawn: a row of `tiles.grounds`. */
export interface GroundDrawing {
  ground: number
  patch: number
  /** of its dwellings at zooms 13 and 14; null without dwellings, and where parcels of no block keep their own */
  density: number | null
  /** at zoom 12; null: nothing is left there */
  use: string | null
  area: number
}

/** What lay on a piece of ground, and how it was drawn. */
export interface GroundBefore {
  drawing: GroundDrawing
  portions: readonly Portion[]
}

/**
 * Choose how a piece of ground is drawn that holds `portions`, one a use, and book it. What it was before is taken back first; if
 * it holds the same as before, it is drawn as before.
 * @param listClaims what uses claim at a zoom in a patch (choose-use.ts)
 */
export function settleGround(
  books: Books,
  ground: number,
  patch: number | null,
  portions: readonly Portion[],
  before: GroundBefore | null,
  listClaims: (books: Books, zoom: number, patch: number) => Iterable<[string, number]>,
): GroundDrawing {
  if (before && patch === before.drawing.patch && holdsSame(portions, before.portions)) return before.drawing
  if (before) takeBack(books, before)
  if (patch === null) return { ground, patch: 0, density: null, use: null, area: 0 }

  const area = sumAreas(portions)
  books.enter(GROUND_ZOOM, patch, portions)
  const use = chooseUse(portions, area, listClaims(books, GROUND_ZOOM, patch), before?.drawing.use ?? undefined)
  books.draw(GROUND_ZOOM, patch, use, area)

  const dwellings = ground < 0 ? [] : pickDwellings(portions)
  if (dwellings.length === 0) return { ground, patch, density: null, use, area }
  const dwellingArea = sumAreas(dwellings)
  books.enter(DENSITY_ZOOM, patch, dwellings)
  const kept = before?.drawing.density ? String(before.drawing.density) : undefined
  const density = chooseUse(dwellings, dwellingArea, listClaims(books, DENSITY_ZOOM, patch), kept)
  books.draw(DENSITY_ZOOM, patch, density, dwellingArea)
  return { ground, patch, density: Number(density), use, area }
}

function takeBack(books: Books, { drawing, portions }: GroundBefore): void {
  const { patch, use, density, area } = drawing
  books.enter(GROUND_ZOOM, patch, portions, -1)
  if (use !== null) books.draw(GROUND_ZOOM, patch, use, -area)
  if (density === null) return
  const dwellings = pickDwellings(portions)
  books.enter(DENSITY_ZOOM, patch, dwellings, -1)
  books.draw(DENSITY_ZOOM, patch, String(density), -sumAreas(dwellings))
}

/** The densities on a piece of ground: what stands behind the code of a use. */
function pickDwellings(portions: readonly Portion[]): Portion[] {
  const densities = new Map<string, number>()
  for (const { use, area } of portions) {
    const density = use.slice(3)
    if (density) densities.set(density, (densities.get(density) ?? 0) + area)
  }
  return [...densities].map(([use, area]) => ({ use, area }))
}

function holdsSame(portions: readonly Portion[], before: readonly Portion[]): boolean {
  if (portions.length !== before.length) return false
  const areas = new Map(before.map(({ use, area }) => [use, area]))
  return portions.every(({ use, area }) => areas.get(use) === area)
}
