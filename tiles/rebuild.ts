import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { openLedger, type Portion } from './open-ledger.ts'
import { cellSize, coarsen, layMosaic, planMosaics, type CellUse } from './lay-mosaic.ts'

/** How far a rebuild has come: blocks done of all, then the view from afar. */
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

/** Blocks dissolved by one statement: memory stays flat and progress can be told. */
const BLOCKS_AT_ONCE = 500
/** Cells that gather parcels of no block, metres, and how many columns of them one statement takes. */
const LOOSE_CELL_M = 200
const LOOSE_COLUMNS_AT_ONCE = 5
/** The zoom at which every block is drawn in one use, and cells gathered to a patch below it. */
const BLOCK_ZOOM = 12
const PATCH_CELLS = 16

/**
 * Build the generalised tables (schema `tiles`) from the parcels of one municipality, or of all. Each municipality is one
 * transaction: maps show the old tables until the new ones are whole. Needs the owner role. Linear in the parcels.
 */
export async function rebuildPyramid(
  ownerPool: pg.Pool,
  municipalityId?: number,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<RebuildResult[]> {
  const { rows } = await ownerPool.query<{ municipality_id: number; srid: number }>(
    'select municipality_id, srid from land.municipalities where $1::int is null or municipality_id = $1 order by municipality_id',
    [municipalityId ?? null],
  )
  const results: RebuildResult[] = []
  for (const row of rows) results.push(await rebuildOne(ownerPool, row.municipality_id, row.srid, onProgress))
  return results
}

/** Rebuild what has never been built or is older than its newest parcel. */
export async function rebuildStalePyramids(
  ownerPool: pg.Pool,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<RebuildResult[]> {
  const { rows } = await ownerPool.query<{ municipality_id: number; srid: number }>(`
    select municipality_id, srid from land.municipalities m left join tiles.rebuilds r using (municipality_id)
    where exists (
      select from land.parcels p
      where p.municipality_id = m.municipality_id and (r.rebuilt_at is null or p.recorded_at > r.rebuilt_at))
    order by municipality_id`)
  const results: RebuildResult[] = []
  for (const row of rows) results.push(await rebuildOne(ownerPool, row.municipality_id, row.srid, onProgress))
  return results
}

async function rebuildOne(
  ownerPool: pg.Pool,
  municipalityId: number,
  srid: number,
  onProgress: (progress: RebuildProgress) => void,
): Promise<RebuildResult> {
  const client = await ownerPool.connect()
  try {
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(hashtext('tiles.rebuild'), $1)`, [municipalityId])
    await client.query('delete from tiles.block_uses where municipality_id = $1', [municipalityId])
    await client.query('delete from tiles.far_uses where municipality_id = $1', [municipalityId])
    const blockUses =
      (await dissolveBlocks(client, municipalityId, onProgress)) + (await dissolveLooseParcels(client, municipalityId, srid))
    const farUses = (await drawWholeBlocks(client, municipalityId)) + (await drawMosaics(client, municipalityId))
    await client.query(
      `insert into tiles.rebuilds (municipality_id, parcel_count)
       select $1, coalesce(sum(parcel_count), 0) from tiles.block_uses where municipality_id = $1
       on conflict (municipality_id) do update set parcel_count = excluded.parcel_count, rebuilt_at = now()`,
      [municipalityId],
    )
    await client.query('commit')
    await client.query('vacuum analyze tiles.block_uses, tiles.far_uses')
    client.release()
    return { municipalityId, blockUses, farUses }
  } catch (error) {
    client.release(true) // closing the connection undoes the transaction
    throw error
  }
}

async function dissolveBlocks(client: pg.PoolClient, municipalityId: number, onProgress: (progress: RebuildProgress) => void) {
  const bounds = await client.query<{ total: number; first: number | null; last: number | null }>(
    `select count(*)::int as total, min(block_id)::float8 as first, max(block_id)::float8 as last
     from land.blocks where municipality_id = $1`,
    [municipalityId],
  )
  const { total, first, last } = bounds.rows[0]!
  if (first === null || last === null) return 0
  const ledger = openLedger()
  let rowCount = 0
  let done = 0
  for (let from = first; from <= last; done += BLOCKS_AT_ONCE) {
    onProgress({ municipalityId, done, total })
    const next = await client.query<{ block_id: number }>(
      `select block_id::float8 as block_id from land.blocks where municipality_id = $1 and block_id >= $2
       order by block_id offset $3 limit 1`,
      [municipalityId, from, BLOCKS_AT_ONCE],
    )
    const run = [municipalityId, from, next.rows[0]?.block_id ?? last + 1]
    const densities = await client.query<{ block_id: number; density: number; area: number }>(readSql('block-densities'), run)
    const drawn = [...Map.groupBy(densities.rows, (row) => row.block_id)].map(([blockId, rows]) => {
      const portions = rows.map(({ density, area }) => ({ landUse: 'RES', density, area }))
      ledger.enter(portions)
      return [blockId, ledger.settle(portions, sumAreas(portions)).density] as const
    })
    const dissolved = await client.query(readSql('block-uses'), [
      ...run,
      drawn.map(([id]) => id),
      drawn.map(([, density]) => density),
    ])
    rowCount += dissolved.rowCount ?? 0
    from = run[2]!
  }
  onProgress({ municipalityId, done: total, total })
  return rowCount
}

async function dissolveLooseParcels(client: pg.PoolClient, municipalityId: number, srid: number) {
  const { rows } = await client.query<{ first: number | null; last: number | null }>(
    `select floor(ST_XMin(box) / $2::float8)::int as first, floor(ST_XMax(box) / $2::float8)::int as last
     from (select ST_Extent(geom) as box from land.parcels
           where municipality_id = $1 and status = 'current' and block_id is null) loose`,
    [municipalityId, LOOSE_CELL_M],
  )
  const { first, last } = rows[0]!
  if (first === null || last === null) return 0
  let rowCount = 0
  for (let from = first; from <= last; from += LOOSE_COLUMNS_AT_ONCE) {
    const strip = [municipalityId, srid, LOOSE_CELL_M, from, from + LOOSE_COLUMNS_AT_ONCE - 1]
    rowCount += (await client.query(readSql('loose-block-uses'), strip)).rowCount ?? 0
  }
  return rowCount
}

/** Zoom 12: every block in one use. */
async function drawWholeBlocks(client: pg.PoolClient, municipalityId: number): Promise<number> {
  const ledger = openLedger()
  let rowCount = 0
  for (let after = Number.MIN_SAFE_INTEGER; ;) {
    const { rows } = await client.query<Portion & { ground_key: number; land_use: string | null }>(readSql('ground-uses'), [
      municipalityId,
      after,
      BLOCKS_AT_ONCE,
    ])
    if (rows.length === 0) return rowCount
    const drawn = [...Map.groupBy(rows, (row) => row.ground_key)].map(([ground, uses]) => {
      const portions = uses.map(({ land_use, density, area }) => ({ landUse: land_use, density, area }))
      ledger.enter(portions)
      return { ground, ...ledger.settle(portions, sumAreas(portions)) }
    })
    const inserted = await client.query(readSql('far-blocks'), [
      municipalityId,
      BLOCK_ZOOM,
      drawn.map(({ ground }) => ground),
      drawn.map(({ landUse }) => landUse),
      drawn.map(({ density }) => density),
    ])
    rowCount += inserted.rowCount ?? 0
    after = drawn.at(-1)!.ground
  }
}

/** Zooms 8 to 11: mosaics of cells. */
async function drawMosaics(client: pg.PoolClient, municipalityId: number): Promise<number> {
  const covered = await client.query<{ area: number }>(
    'select coalesce(sum(ST_Area(geom_3857)), 0) as area from tiles.block_uses where municipality_id = $1',
    [municipalityId],
  )
  const mosaics = planMosaics(covered.rows[0]!.area)
  const finest = Math.max(...mosaics.map(({ level }) => level))
  const { rows } = await client.query<[number, number, string | null, number | null, number]>({
    text: readSql('cell-uses'),
    values: [municipalityId, cellSize(finest)],
    rowMode: 'array',
  })
  const uses = rows.map(([column, row, landUse, density, area]): CellUse => ({ column, row, landUse, density, area }))
  let rowCount = 0
  for (const { zoom, level, steps } of mosaics) {
    const squares = layMosaic(coarsen(uses, 2 ** (finest - level)), cellSize(level) ** 2, steps)
    const middle = (side: number) => Math.floor((steps - side) / 2)
    const result = await client.query(readSql('far-uses'), [
      municipalityId,
      zoom,
      cellSize(level) / steps,
      squares.map((square) => square.column * steps + middle(square.side)),
      squares.map((square) => square.row * steps + middle(square.side)),
      squares.map((square) => square.side),
      squares.map((square) => Math.floor(square.column / PATCH_CELLS)),
      squares.map((square) => Math.floor(square.row / PATCH_CELLS)),
      squares.map((square) => square.landUse),
      squares.map((square) => square.density),
    ])
    rowCount += result.rowCount ?? 0
  }
  return rowCount
}

function sumAreas(portions: readonly Portion[]): number {
  return portions.reduce((sum, { area }) => sum + area, 0)
}

function readSql(name: string): string {
  return readFileSync(new URL(`./pyramid/${name}.sql`, import.meta.url), 'utf8')
}
