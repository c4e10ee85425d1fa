import { createRandom } from '../../db/city/random.ts'
import type { Bench } from './bench-run.ts'
import { listDistinct, nameTile } from './traffic/trace.ts'

/** A change of the land use of one parcel: planned before the run, so that the tiles that show it can be watched. */
export interface PlannedEdit {
  id: number
  code: string
  from: string
  to: string
  /** The tile of zoom 16 in which it lies. */
  tile: string
  /** The tiles of `land` that may draw the parcel itself, at zooms 15 and 16, the margin beyond their edges included. */
  tiles: string[]
}

const WORLD = 2 * 20037508.342789244
/** What is drawn beyond each edge of a tile, in parts of its side. */
const MARGIN = 1 / 64
/** Of how many tiles at least one is looked at by somebody, a batch takes its parcels. */
const BATCH_TILES = 40

/** One parcel in each of so many tiles of zoom 16 that somebody looks at in the trace, and a batch of neighbours that are none of them. */
export async function pickEdits(
  bench: Bench,
  single: number,
  batch: number,
): Promise<{ singles: PlannedEdit[]; batch: PlannedEdit[] }> {
  const random = createRandom(bench.trace.seed, 7)
  const asked = listDistinct(bench.trace)
    .filter(({ set, z }) => set === 'land' && z === 16)
    .map((tile) => ({ ...tile, order: random.next() }))
    .sort((a, b) => a.order - b.order)
  // Many tiles at the edge of the city hold no parcel: some give two.
  const perTile = Math.ceil((3 * single) / asked.length)
  const chosen = await listParcels(bench, asked.slice(0, 3 * single), perTile, [])
  const singles = chosen.slice(0, single)
  if (singles.length === 0) throw new Error('no parcel lies wholly in a tile of the trace: nothing can be edited')
  const middle = asked[0]!
  const around = asked.toSorted((a, b) => Math.hypot(a.x - middle.x, a.y - middle.y) - Math.hypot(b.x - middle.x, b.y - middle.y))
  const neighbours = await listParcels(bench, around.slice(0, BATCH_TILES), batch, singles.map(({ id }) => id)) // prettier-ignore
  return { singles, batch: neighbours.slice(0, batch) }
}

async function listParcels(
  { pool, trace }: Bench,
  tiles: { x: number; y: number }[],
  perTile: number,
  without: number[],
): Promise<PlannedEdit[]> {
  const { rows } = await pool.query<{
    id: number
    code: string
    use: string
    x: number
    y: number
    box: [number, number, number, number]
  }>(
    `select p.id, p.code, p.use, t.x, t.y, array[ST_XMin(p.shape), ST_YMin(p.shape), ST_XMax(p.shape), ST_YMax(p.shape)] as box
     from unnest($1::int[], $2::int[]) with ordinality as t(x, y, n)
     cross join lateral (
       select parcel_id as id, code, land_use as use, geom_3857 as shape, row_number() over (order by parcel_id) as nth from land.parcels
       where geom_3857 && ST_TileEnvelope(16, x, y) and ST_Within(geom_3857, ST_TileEnvelope(16, x, y))
         and status = 'current' and land_use is not null and parcel_id <> all ($3::bigint[])
       order by parcel_id limit $4) p
     order by p.nth, t.n`,
    [tiles.map(({ x }) => x), tiles.map(({ y }) => y), without, perTile],
  )
  const asked = new Set(listDistinct(trace).map(nameTile))
  return rows.map(({ id, code, use, x, y, box }) => ({
    id,
    code,
    from: use,
    to: use === 'COM' ? 'GRN' : 'COM',
    tile: `land/16/${x}/${y}`,
    tiles: [15, 16].flatMap((z) => listTilesOf(box, z)).filter((tile) => asked.has(tile) || tile.startsWith('land/16/')),
  }))
}

/** Names of the tiles of `land` at a zoom that draw something with this box (EPSG:3857). */
export function listTilesOf([west, south, east, north]: readonly [number, number, number, number], z: number): string[] {
  const side = WORLD / 2 ** z
  const names: string[] = []
  const column = (metres: number, by: number) => Math.floor((metres + WORLD / 2) / side + by)
  const row = (metres: number, by: number) => Math.floor((WORLD / 2 - metres) / side + by)
  for (let x = column(west, -MARGIN); x <= column(east, MARGIN); x++) {
    for (let y = row(north, -MARGIN); y <= row(south, MARGIN); y++) names.push(`land/${z}/${x}/${y}`)
  }
  return names
}
