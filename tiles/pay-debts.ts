import type pg from 'pg'
import { choosePayer, listDebts, type Payer } from './choose-use.ts'
import { WHOLE, type Books } from './keep-books.ts'
import { coarsenPlace, findFinestLevel, findPatch, measureSquare, type MosaicPlan } from './lay-mosaic.ts'
import { GROUND_ZOOM } from './settle-ground.ts'
import type { FarPatch } from './write-pyramid.ts'

/** Pieces of ground drawn anew for others at one zoom in one transaction, and how many are looked at for each. */
const PAYERS_AT_MOST = 24
const PAYERS_LOOKED_AT = 200
/** Pairs of uses tried, the gravest debt first, until ground is found that can pay. */
const DEBTS_TRIED = 6

/**
 * Where the whole is owed more of a use than the limit, ground elsewhere that is drawn in a use too much is drawn in that one
 * instead. Needed after a change to ground much larger than others; as a rule nothing is to be done. Returns the patches concerned.
 * @param near where payers are looked for first: ground, and its place in the finest mosaic
 */
export async function payDebts(
  client: pg.PoolClient,
  municipalityId: number,
  books: Books,
  plans: readonly MosaicPlan[],
  near: { ground: number; place: number },
): Promise<FarPatch[]> {
  const patches: FarPatch[] = []
  const finest = findFinestLevel(plans)
  for (const plan of [null, ...plans]) {
    const zoom = plan?.zoom ?? GROUND_ZOOM
    for (let paid = 0; paid < PAYERS_AT_MOST; paid++) {
      const payment = await findPayment(
        client,
        municipalityId,
        books,
        plan,
        finest,
        plan ? coarsenPlace(near.place, finest - plan.level) : near.ground,
      )
      if (!payment) break
      const { from, to, payer } = payment
      await client.query(
        plan
          ? `update tiles.cells set use_key = $2 where municipality_id = $1 and place = $3 and zoom = $4`
          : `update tiles.grounds set use_key = $2 where municipality_id = $1 and ground_key = $3`,
        [municipalityId, to, payer.id, ...(plan ? [zoom] : [])],
      )
      books.draw(zoom, payer.patch, from, -payer.area)
      books.draw(zoom, payer.patch, to, payer.area)
      patches.push({ zoom, patch: payer.patch, use: from }, { zoom, patch: payer.patch, use: to })
    }
  }
  return patches
}

interface LocatedPayer extends Payer {
  /** ground, or place of a cell */
  id: number
  patch: number
}

async function findPayment(
  client: pg.PoolClient,
  municipalityId: number,
  books: Books,
  plan: MosaicPlan | null,
  finest: number,
  near: number,
) {
  const zoom = plan?.zoom ?? GROUND_ZOOM
  for (const debt of listDebts(books.accounts(zoom, WHOLE)).slice(0, DEBTS_TRIED)) {
    for (const from of [near, Number.MIN_SAFE_INTEGER]) {
      const payers = plan
        ? await listCells(client, municipalityId, plan, finest, debt.from, debt.to, from)
        : await listGrounds(client, municipalityId, debt.from, debt.to, from)
      const payer = choosePayer(debt, payers)
      if (payer) return { ...debt, payer }
    }
  }
  return null
}

async function listGrounds(client: pg.PoolClient, municipalityId: number, use: string, other: string, from: number) {
  const { rows } = await client.query<LocatedPayer>(
    `select g.ground_key::float8 as id, g.patch::float8 as patch, g.area::float8 as area, coalesce(p.area, 0)::float8 as present
     from (
       select ground_key, patch, area from tiles.grounds
       where municipality_id = $1 and use_key = $2 and ground_key >= $4 order by ground_key limit $5
     ) g
     cross join lateral (
       select sum(area) as area from tiles.ground_portions p
       where p.municipality_id = $1 and p.ground_key = g.ground_key and p.use_key = $3
     ) p`,
    [municipalityId, use, other, from, PAYERS_LOOKED_AT],
  )
  return rows
}

async function listCells(
  client: pg.PoolClient,
  municipalityId: number,
  plan: MosaicPlan,
  finest: number,
  use: string,
  other: string,
  from: number,
): Promise<LocatedPayer[]> {
  const { rows } = await client.query<{ id: number; side: number; present: number }>(
    `select c.place::float8 as id, c.side, coalesce(p.area, 0)::float8 as present
     from (
       select place, side from tiles.cells
       where municipality_id = $1 and zoom = $2 and use_key = $3 and place >= $5 order by place limit $6
     ) c
     cross join lateral (
       select sum(area) as area from tiles.ground_portions p
       where p.municipality_id = $1 and p.place >= c.place * $7::bigint and p.place < (c.place + 1) * $7::bigint and p.use_key = $4
     ) p`,
    [municipalityId, plan.zoom, use, other, from, PAYERS_LOOKED_AT, 4 ** (finest - plan.level)],
  )
  return rows.map((row) => ({ ...row, area: measureSquare(plan, row.side), patch: findPatch(row.id) }))
}
