import { readFileSync } from 'node:fs'
import type pg from 'pg'
import type { Balance, Portion } from './keep-books.ts'
import { cellSize, locatePlace, numberPlace, type MosaicPlan, type Square } from './lay-mosaic.ts'
import { GROUND_ZOOM, type GroundDrawing } from './settle-ground.ts'

/** How much of a use lies on a piece of ground in one cell of the finest mosaic. */
export interface GroundPortion extends Portion {
  ground: number
  place: number
}

/** A patch of one use at a zoom from afar: one row of `tiles.far_uses`. */
export interface FarPatch {
  zoom: number
  patch: number
  use: string
}

/** A cell of a mosaic as it is drawn from now on; null: not at all. */
export interface CellDrawing {
  zoom: number
  level: number
  place: number
  square: Square | null
}

/** Measure what lies on pieces of ground now. `level` is that of the finest mosaic. */
export async function measurePortions(client: pg.PoolClient, municipalityId: number, grounds: readonly number[], level: number) {
  const { rows } = await client.query<[ground: number, column: number, row: number, use: string, area: number]>({
    text: readSql('measure-portions'),
    values: [municipalityId, grounds, cellSize(level)],
    rowMode: 'array',
  })
  return rows.map(([ground, column, row, use, area]): GroundPortion => {
    return { ground, place: numberPlace(column, row, level), use, area }
  })
}

/** Dissolve pieces of ground as they are to be drawn. Returns how many dissolved uses have been added. */
export async function dissolveGrounds(client: pg.PoolClient, municipalityId: number, drawings: readonly GroundDrawing[]) {
  const { rows } = await client.query<{ added: number }>(readSql('dissolve-grounds'), [
    municipalityId,
    drawings.map(({ ground }) => ground),
    drawings.map(({ density }) => density),
    drawings.map(({ patch }) => patch),
    drawings.map(({ use }) => use),
    drawings.map(({ area }) => area),
  ])
  return rows[0]!.added
}

/** Add portions of ground, or set their areas. */
export async function writePortions(client: pg.PoolClient, municipalityId: number, portions: readonly GroundPortion[]) {
  if (portions.length === 0) return
  await client.query(
    `insert into tiles.ground_portions (municipality_id, ground_key, place, use_key, area)
     select $1, * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[])
     on conflict (municipality_id, ground_key, place, use_key) do update set area = excluded.area`,
    [
      municipalityId,
      portions.map(({ ground }) => ground),
      portions.map(({ place }) => place),
      portions.map(({ use }) => use),
      portions.map(({ area }) => area),
    ],
  )
}

/** Remove portions of ground. */
export async function erasePortions(client: pg.PoolClient, municipalityId: number, portions: readonly GroundPortion[]) {
  if (portions.length === 0) return
  await client.query(
    `delete from tiles.ground_portions p using unnest($2::bigint[], $3::bigint[], $4::text[]) as g (ground_key, place, use_key)
     where p.municipality_id = $1 and p.ground_key = g.ground_key and p.place = g.place and p.use_key = g.use_key`,
    [municipalityId, portions.map(({ ground }) => ground), portions.map(({ place }) => place), portions.map(({ use }) => use)],
  )
}

export async function writeCells(client: pg.PoolClient, municipalityId: number, cells: readonly CellDrawing[]): Promise<void> {
  const gone = cells.filter(({ square }) => square === null)
  if (gone.length > 0) {
    await client.query(
      `delete from tiles.cells c using unnest($2::smallint[], $3::bigint[]) as g (zoom, place)
       where c.municipality_id = $1 and c.zoom = g.zoom and c.place = g.place`,
      [municipalityId, gone.map(({ zoom }) => zoom), gone.map(({ place }) => place)],
    )
  }
  const drawn = cells.filter(({ square }) => square !== null)
  if (drawn.length === 0) return
  const spots = drawn.map(({ place, level }) => locatePlace(place, level))
  await client.query(
    `insert into tiles.cells (municipality_id, zoom, place, cell_column, cell_row, side, use_key)
     select $1, * from unnest($2::smallint[], $3::bigint[], $4::int[], $5::int[], $6::smallint[], $7::text[])
     on conflict (municipality_id, zoom, place) do update set side = excluded.side, use_key = excluded.use_key`,
    [
      municipalityId,
      drawn.map(({ zoom }) => zoom),
      drawn.map(({ place }) => place),
      spots.map(([column]) => column),
      spots.map(([, row]) => row),
      drawn.map(({ square }) => square!.side),
      drawn.map(({ square }) => square!.use),
    ],
  )
}

/** Enter changes of the books. */
export async function writeBalances(client: pg.PoolClient, municipalityId: number, changes: readonly Balance[]): Promise<void> {
  if (changes.length === 0) return
  await client.query(
    `insert into tiles.balances as b (municipality_id, zoom, patch, use_key, held, owed)
     select $1, * from unnest($2::smallint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[])
     on conflict (municipality_id, zoom, patch, use_key) do update set held = b.held + excluded.held, owed = b.owed + excluded.owed`,
    [
      municipalityId,
      changes.map(({ zoom }) => zoom),
      changes.map(({ patch }) => patch),
      changes.map(({ use }) => use),
      changes.map(({ held }) => held),
      changes.map(({ owed }) => owed),
    ],
  )
}

/** Draw patches from afar as grounds and cells are now; each may be named any number of times. Returns how many have changed or come. */
export async function drawFarPatches(
  client: pg.PoolClient,
  municipalityId: number,
  plans: readonly MosaicPlan[],
  patches: readonly FarPatch[],
): Promise<number> {
  const unique = new Map(patches.map((patch) => [`${patch.zoom} ${patch.patch} ${patch.use}`, patch])).values()
  let written = 0
  for (const [zoom, ofZoom] of Map.groupBy(unique, (patch) => patch.zoom)) {
    const plan = plans.find((candidate) => candidate.zoom === zoom)
    const keys = [ofZoom.map(({ patch }) => patch), ofZoom.map(({ use }) => use)]
    const { rows } = plan
      ? await client.query<{ written: number }>(readSql('draw-cells') + readSql('write-patches'), [
          municipalityId,
          zoom,
          cellSize(plan.level) / plan.steps,
          plan.steps,
          ...keys,
        ])
      : await client.query<{ written: number }>(readSql('draw-grounds') + readSql('write-patches'), [
          municipalityId,
          GROUND_ZOOM,
          ...keys,
        ])
    written += rows[0]!.written
  }
  return written
}

const sqlTexts = new Map<string, string>()

function readSql(name: string): string {
  let sql = sqlTexts.get(name)
  if (sql === undefined) {
    sql = readFileSync(new URL(`./pyramid/${name}.sql`, import.meta.url), 'utf8')
    sqlTexts.set(name, sql)
  }
  return sql
}
