import type pg from 'pg'
import { WHOLE, type Balance, type Portion } from './keep-books.ts'
import type { MosaicPlan, Square } from './lay-mosaic.ts'
import { DENSITY_ZOOM, GROUND_ZOOM, type GroundDrawing } from './settle-ground.ts'
import type { GroundPortion } from './write-pyramid.ts'

/** A cell of the mosaic of one zoom. */
export interface Spot {
  plan: MosaicPlan
  place: number
}

export async function readPlans(client: pg.PoolClient, municipalityId: number): Promise<MosaicPlan[]> {
  const { rows } = await client.query<MosaicPlan>(
    'select zoom, level, steps from tiles.mosaics where municipality_id = $1 order by zoom',
    [municipalityId],
  )
  return rows
}

/** What lay on pieces of ground when they were drawn last. */
export async function readPortions(client: pg.PoolClient, municipalityId: number, grounds: readonly number[]) {
  const { rows } = await client.query<GroundPortion>(
    `select ground_key::float8 as ground, place::float8 as place, use_key as use, area::float8 as area
     from tiles.ground_portions where municipality_id = $1 and ground_key = any ($2::bigint[])`,
    [municipalityId, grounds],
  )
  return rows
}

/** How pieces of ground are drawn. */
export async function readDrawings(client: pg.PoolClient, municipalityId: number, grounds: readonly number[]) {
  const { rows } = await client.query<GroundDrawing>(
    `select ground_key::float8 as ground, patch::float8 as patch, density, use_key as use, area::float8 as area
     from tiles.grounds where municipality_id = $1 and ground_key = any ($2::bigint[])`,
    [municipalityId, grounds],
  )
  return new Map(rows.map((row) => [row.ground, row]))
}

/** What lies in cells now, by use; in the order of the cells. */
export async function readPortionsOfCells(
  client: pg.PoolClient,
  municipalityId: number,
  spots: readonly Spot[],
  finest: number,
): Promise<Portion[][]> {
  const portions: Portion[][] = spots.map(() => [])
  const widths = spots.map(({ plan }) => 4 ** (finest - plan.level))
  const { rows } = await client.query<Portion & { spot: number }>(
    `select s.spot::int as spot, p.use_key as use, sum(p.area)::float8 as area
     from unnest($2::bigint[], $3::bigint[]) with ordinality as s (first, width, spot)
     join tiles.ground_portions p on p.municipality_id = $1 and p.place >= s.first and p.place < s.first + s.width
     group by s.spot, p.use_key order by s.spot, p.use_key`,
    [municipalityId, spots.map(({ place }, index) => place * widths[index]!), widths],
  )
  for (const { spot, use, area } of rows) portions[spot - 1]!.push({ use, area })
  return portions
}

/** What is drawn in cells; in their order. */
export async function readCells(
  client: pg.PoolClient,
  municipalityId: number,
  spots: readonly Spot[],
): Promise<(Square | null)[]> {
  const { rows } = await client.query<{ side: number | null; use: string | null }>(
    `select c.side, c.use_key as use
     from unnest($2::smallint[], $3::bigint[]) with ordinality as s (zoom, place, spot)
     left join tiles.cells c on c.municipality_id = $1 and c.zoom = s.zoom and c.place = s.place
     order by s.spot`,
    [municipalityId, spots.map(({ plan }) => plan.zoom), spots.map(({ place }) => place)],
  )
  return rows.map(({ side, use }) => (side === null || use === null ? null : { side, use }))
}

/** The accounts of some patches, and of the whole at every zoom. */
export async function readBalances(
  client: pg.PoolClient,
  municipalityId: number,
  plans: readonly MosaicPlan[],
  patches: readonly { zoom: number; patch: number }[],
): Promise<Balance[]> {
  const whole = [GROUND_ZOOM, DENSITY_ZOOM, ...plans.map(({ zoom }) => zoom)].map((zoom) => ({ zoom, patch: WHOLE }))
  const pages = [...new Map([...whole, ...patches].map((page) => [`${page.zoom} ${page.patch}`, page])).values()]
  const { rows } = await client.query<Balance>(
    `select b.zoom, b.patch::float8 as patch, b.use_key as use, b.held::float8 as held, b.owed::float8 as owed
     from unnest($2::smallint[], $3::bigint[]) as page (zoom, patch)
     join tiles.balances b on b.municipality_id = $1 and b.zoom = page.zoom and b.patch = page.patch
     order by b.zoom, b.patch, b.use_key`,
    [municipalityId, pages.map(({ zoom }) => zoom), pages.map(({ patch }) => patch)],
  )
  return rows
}
