import type pg from 'pg'
import { listOwed } from './choose-use.ts'
import { openBooks, sumByUse, WHOLE, type Books, type Portion } from './keep-books.ts'
import {
  coarsenPlace,
  findFinestLevel,
  findGroundPatch,
  findPatch,
  layMosaic,
  planMosaics,
  type MosaicPlan,
} from './lay-mosaic.ts'
import { lockForRebuild } from './lock-pyramid.ts'
import { payDebts } from './pay-debts.ts'
import { GROUND_ZOOM, settleGround } from './settle-ground.ts'
import {
  dissolveGrounds,
  drawFarPatches,
  measurePortions,
  writeBalances,
  writeCells,
  writePortions,
  type FarPatch,
} from './write-pyramid.ts'

/** How far a rebuild has come: pieces of ground done of all, then the view from afar. */
export interface RebuildProgress {
  municipalityId: number
  done: number
  total: number
}

/** Rows of the generalised tables after a rebuild. */
export interface RebuildResult {
  municipalityId: number
  blockUses: number
  farUses: number
}

/** Pieces of ground dissolved by one statement: memory stays flat and progress can be told. */
const GROUNDS_AT_ONCE = 500
const TABLES = ['block_uses', 'far_uses', 'ground_portions', 'grounds', 'cells', 'mosaics', 'balances', 'stale_grounds']

/**
 * Build the generalised tables (schema `tiles`) from the parcels of one municipality, or of all. Each municipality is one
 * transaction: maps show the old tables until the new ones are whole. Needs the owner role, and two
 * connections. Linear in the parcels. Edits meanwhile wait for nothing; their ground is brought up to date afterwards.
 */
export async function rebuildPyramid(
  ownerPool: pg.Pool,
  municipalityId?: number,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<RebuildResult[]> {
  const { rows } = await ownerPool.query<{ municipality_id: number }>(
    'select municipality_id from land.municipalities where $1::int is null or municipality_id = $1 order by municipality_id',
    [municipalityId ?? null],
  )
  const results: RebuildResult[] = []
  for (const row of rows) results.push(await rebuildOne(ownerPool, row.municipality_id, onProgress))
  return results
}

/** Rebuild what has never been built, or has been loaded anew since. Single edits are no reason: they keep it up to date. */
export async function rebuildStalePyramids(
  ownerPool: pg.Pool,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<RebuildResult[]> {
  const { rows } = await ownerPool.query<{ municipality_id: number }>(`
    select municipality_id from land.municipalities m
    where exists (select from land.parcels p where p.municipality_id = m.municipality_id)
      and (not exists (select from tiles.rebuilds r where r.municipality_id = m.municipality_id)
        or exists (select from tiles.stale_grounds s where s.municipality_id = m.municipality_id and s.ground_key is null))
    order by municipality_id`)
  const results: RebuildResult[] = []
  for (const row of rows) results.push(await rebuildOne(ownerPool, row.municipality_id, onProgress))
  return results
}

async function rebuildOne(
  ownerPool: pg.Pool,
  municipalityId: number,
  onProgress: (progress: RebuildProgress) => void,
): Promise<RebuildResult> {
  const client = await ownerPool.connect()
  const measuring = await ownerPool.connect()
  try {
    await client.query(`begin; set local barzan.bulk = 'on'`)
    await lockForRebuild(client, municipalityId)
    // The marks go first: what they stand for is committed and will be read; whatever is marked from now on stays marked.
    for (const table of TABLES.toReversed())
      await client.query(`delete from tiles.${table} where municipality_id = $1`, [municipalityId])
    const books = openBooks()
    const plans = await planFor(client, municipalityId)
    const ground = await drawGrounds(client, measuring, municipalityId, plans, books, onProgress)
    const patches = [...ground.patches, ...(await drawMosaics(client, municipalityId, plans, books))]
    for (const paid of await payDebts(client, municipalityId, books, plans, { ground: 0, place: 0 })) patches.push(paid)
    // Patches begin with even books: what their neighbours owe them from this laying out is no reason to change with the next edit.
    await writeBalances(
      client,
      municipalityId,
      books.listChanges().filter(({ patch }) => patch === WHOLE),
    )
    const farUses = await drawFarPatches(client, municipalityId, plans, patches)
    await client.query(
      `insert into tiles.rebuilds (municipality_id, parcel_count)
       select $1, coalesce(sum(parcel_count), 0) from tiles.block_uses where municipality_id = $1
       on conflict (municipality_id) do update set parcel_count = excluded.parcel_count, rebuilt_at = now()`,
      [municipalityId],
    )
    await client.query('select tiles.note_everything()')
    await client.query('commit')
    await client.query(`vacuum analyze ${TABLES.map((table) => `tiles.${table}`).join(', ')}`)
    client.release()
    measuring.release()
    return { municipalityId, blockUses: ground.added, farUses }
  } catch (error) {
    client.release(true) // closing the connection undoes the transaction
    measuring.release(true)
    throw error
  }
}

async function planFor(client: pg.PoolClient, municipalityId: number): Promise<MosaicPlan[]> {
  const covered = await client.query<{ area: number }>(
    `select coalesce(sum(ST_Area(geom_3857)), 0) as area from land.parcels where municipality_id = $1 and status = 'current'`,
    [municipalityId],
  )
  const plans = planMosaics(covered.rows[0]!.area)
  await client.query(
    'insert into tiles.mosaics (municipality_id, zoom, level, steps) select $1, * from unnest($2::smallint[], $3::smallint[], $4::smallint[])',
    [municipalityId, plans.map(({ zoom }) => zoom), plans.map(({ level }) => level), plans.map(({ steps }) => steps)],
  )
  return plans
}

async function drawGrounds(
  client: pg.PoolClient,
  measuring: pg.PoolClient,
  municipalityId: number,
  plans: readonly MosaicPlan[],
  books: Books,
  onProgress: (progress: RebuildProgress) => void,
) {
  const finest = findFinestLevel(plans)
  const grounds = await listGrounds(client, municipalityId)
  const runs = Array.from({ length: Math.ceil(grounds.length / GROUNDS_AT_ONCE) }, (_, index) =>
    grounds.slice(index * GROUNDS_AT_ONCE, (index + 1) * GROUNDS_AT_ONCE),
  )
  // While one run is dissolved, the next is measured, on the other core.
  const measure = (run: number[] | undefined) => run && measurePortions(measuring, municipalityId, run, finest)
  const patches: FarPatch[] = []
  let added = 0
  let next = measure(runs[0])
  for (let index = 0; index < runs.length; index++) {
    onProgress({ municipalityId, done: index * GROUNDS_AT_ONCE, total: grounds.length })
    const portions = (await next)!
    next = measure(runs[index + 1])
    next?.catch(() => undefined) // told when its turn comes
    await writePortions(client, municipalityId, portions)
    const drawings = [...Map.groupBy(portions, ({ ground }) => ground)].map(([ground, ofGround]) => {
      const patch = findGroundPatch(Math.min(...ofGround.map(({ place }) => place)), finest)
      return settleGround(books, ground, patch, sumByUse(ofGround), null, listOwed)
    })
    for (const { patch, use } of drawings) patches.push({ zoom: GROUND_ZOOM, patch, use: use! })
    added += await dissolveGrounds(client, municipalityId, drawings)
  }
  onProgress({ municipalityId, done: grounds.length, total: grounds.length })
  return { added, patches }
}

/** All ground that holds parcels: blocks by their id, after them the cells of parcels of no block. */
async function listGrounds(client: pg.PoolClient, municipalityId: number): Promise<number[]> {
  const { rows } = await client.query<[ground: number]>({
    text: `select block_id::float8 from land.blocks where municipality_id = $1
           union
           select tiles.find_ground(null, geom)::float8 from land.parcels
           where municipality_id = $1 and status = 'current' and block_id is null`,
    values: [municipalityId],
    rowMode: 'array',
  })
  const grounds = rows.map(([ground]) => ground).sort((a, b) => a - b)
  const blocks = grounds.findIndex((ground) => ground >= 0)
  return blocks <= 0 ? grounds : [...grounds.slice(blocks), ...grounds.slice(0, blocks)]
}

async function drawMosaics(
  client: pg.PoolClient,
  municipalityId: number,
  plans: readonly MosaicPlan[],
  books: Books,
): Promise<FarPatch[]> {
  const { rows } = await client.query<[place: number, use: string, area: number]>({
    text: `select place::float8, use_key, sum(area)::float8 from tiles.ground_portions
           where municipality_id = $1 group by place, use_key order by place, use_key`,
    values: [municipalityId],
    rowMode: 'array',
  })
  const finest = findFinestLevel(plans)
  const patches: FarPatch[] = []
  for (const plan of plans) {
    const cells = new Map<number, Portion[]>()
    for (const [place, use, area] of rows) {
      const wide = coarsenPlace(place, finest - plan.level)
      const portions = cells.get(wide)
      if (portions) portions.push({ use, area })
      else cells.set(wide, [{ use, area }])
    }
    for (const [place, portions] of cells) cells.set(place, sumByUse(portions))
    const squares = [...layMosaic(books, plan, cells)]
    await writeCells(
      client,
      municipalityId,
      squares.map(([place, square]) => ({ zoom: plan.zoom, level: plan.level, place, square })),
    )
    for (const [place, { use }] of squares) patches.push({ zoom: plan.zoom, patch: findPatch(place), use })
  }
  return patches
}
