import type pg from 'pg'
import { listClaims } from './choose-use.ts'
import { openBooks, sumByUse } from './keep-books.ts'
import { coarsenPlace, findFinestLevel, findGroundPatch, findPatch, settleCell } from './lay-mosaic.ts'
import { payDebts } from './pay-debts.ts'
import { readBalances, readCells, readDrawings, readPlans, readPortions, readPortionsOfCells } from './read-pyramid.ts'
import { DENSITY_ZOOM, GROUND_ZOOM, settleGround, type GroundDrawing } from './settle-ground.ts'
import {
  dissolveGrounds,
  drawFarPatches,
  erasePortions,
  measurePortions,
  writeBalances,
  writeCells,
  writePortions,
  type CellDrawing,
  type FarPatch,
  type GroundPortion,
} from './write-pyramid.ts'

/** Draw pieces of ground anew at all zooms from afar. The caller holds the lock, and commits. */
export async function redrawGrounds(client: pg.PoolClient, municipalityId: number, grounds: readonly number[]): Promise<void> {
  const plans = await readPlans(client, municipalityId)
  if (plans.length === 0) return
  const finest = findFinestLevel(plans)
  const now = await measurePortions(client, municipalityId, grounds, finest)
  const then = await readPortions(client, municipalityId, grounds)
  const drawings = await readDrawings(client, municipalityId, grounds)
  const changes = comparePortions(now, then)
  await writePortions(client, municipalityId, changes.written)
  await erasePortions(client, municipalityId, changes.erased)

  const spots = plans.flatMap((plan) => {
    const place = (portion: GroundPortion) => coarsenPlace(portion.place, finest - plan.level)
    const places = new Set([...changes.gone, ...changes.come].map(place))
    const [gone, come] = [Map.groupBy(changes.gone, place), Map.groupBy(changes.come, place)]
    return [...places].map((at) => ({ plan, place: at, gone: gone.get(at) ?? [], come: come.get(at) ?? [] }))
  })
  const portionsOfCells = await readPortionsOfCells(client, municipalityId, spots, finest)
  const squares = await readCells(client, municipalityId, spots)

  const nowByGround = Map.groupBy(now, ({ ground }) => ground)
  const thenByGround = Map.groupBy(then, ({ ground }) => ground)
  const patchOf = (ground: number) => {
    const portions = nowByGround.get(ground)
    return portions ? findGroundPatch(Math.min(...portions.map(({ place }) => place)), finest) : null
  }
  const groundPatches = [
    ...grounds.map(patchOf).filter((patch) => patch !== null),
    ...[...drawings.values()].map(({ patch }) => patch),
  ]
  const books = openBooks(
    await readBalances(client, municipalityId, plans, [
      ...groundPatches.flatMap((patch) => [GROUND_ZOOM, DENSITY_ZOOM].map((zoom) => ({ zoom, patch }))),
      ...spots.map(({ plan, place }) => ({ zoom: plan.zoom, patch: findPatch(place) })),
    ]),
  )

  const patches: FarPatch[] = []
  const settled = grounds.map((ground): GroundDrawing => {
    const before = drawings.get(ground)
    const after = settleGround(
      books,
      ground,
      patchOf(ground),
      sumByUse(nowByGround.get(ground) ?? []),
      before ? { drawing: before, portions: sumByUse(thenByGround.get(ground) ?? []) } : null,
      listClaims,
    )
    for (const { patch, use } of before ? [before, after] : [after])
      if (use !== null) patches.push({ zoom: GROUND_ZOOM, patch, use })
    return after
  })
  await dissolveGrounds(client, municipalityId, settled)

  const cells: CellDrawing[] = []
  for (const [index, { plan, place, come, gone }] of spots.entries()) {
    const drawn = squares[index]!
    const square = settleCell(books, plan, {
      place,
      drawn,
      portions: portionsOfCells[index]!,
      come: sumByUse(come),
      gone: sumByUse(gone),
    })
    if (square?.use === drawn?.use && square?.side === drawn?.side) continue
    cells.push({ zoom: plan.zoom, level: plan.level, place, square })
    for (const one of [drawn, square]) if (one) patches.push({ zoom: plan.zoom, patch: findPatch(place), use: one.use })
  }
  await writeCells(client, municipalityId, cells)
  patches.push(
    ...(await payDebts(client, municipalityId, books, plans, { ground: grounds[0]!, place: (now[0] ?? then[0])?.place ?? 0 })),
  )
  await writeBalances(client, municipalityId, books.listChanges())
  await drawFarPatches(client, municipalityId, plans, patches)
}

/** What has to be written and erased so that the stored portions are those of now; and areas that have come and gone. */
export function comparePortions(now: readonly GroundPortion[], then: readonly GroundPortion[]) {
  const keyOf = ({ ground, place, use }: GroundPortion) => `${ground} ${place} ${use}`
  const known = new Map(then.map((portion) => [keyOf(portion), portion]))
  const current = new Set(now.map(keyOf))
  const written = now.filter((portion) => known.get(keyOf(portion))?.area !== portion.area)
  const erased = then.filter((portion) => !current.has(keyOf(portion)))
  const replaced = written.map((portion) => known.get(keyOf(portion))).filter((portion) => portion !== undefined)
  return { written, erased, come: written, gone: [...replaced, ...erased] }
}
