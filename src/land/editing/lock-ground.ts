import { sql } from 'kysely'
import type { MultiPolygon } from 'geojson'
import type { Db } from '#db/connect.ts'
import { Problem } from '../../kernel/problem.ts'
import type { LandUse, ParcelId } from '../parcels/types.ts'
import { chooseCells, type Box } from './choose-cells.ts'
import { requireCurrent } from './require-current.ts'
import type { Density, EditedParcel } from './types.ts'

/** First numbers of the locks of this module, apart from all others by the two-number form. The municipality is added. */
const CELL_LOCKS = 0x4c00_0000
export const MUNICIPALITY_LOCKS = 0x4d00_0000

/**
 * Lock current parcels against other edits, in the order of their ids. Rows are always locked before ground: an edit that waits
 * for a row holds no ground, and one that waits for ground wants only higher cells, so no two wait for each other.
 * @throws Problem conflict when one of them is retired: it names what replaced it
 */
export async function lockParcels(tx: Db, ids: readonly ParcelId[]): Promise<EditedParcel[]> {
  const { rows } = await sql<Row>`
    select p.parcel_id as id, p.code, p.municipality_id, ST_SRID(p.geom) as srid, p.status, p.recorded_at, p.valid_from, p.land_use,
      p.residential_density as density, p.block_id, p.postal_code, p.computed_area_m2 as area_m2, ST_AsGeoJSON(p.geom, 15, 0) as shape,
      array[ST_XMin(p.geom), ST_YMin(p.geom), ST_XMax(p.geom), ST_YMax(p.geom)] as box,
      array[ST_XMin(l.box), ST_YMin(l.box), ST_XMax(l.box), ST_YMax(l.box)] as lon_lat_box
    from land.parcels p cross join lateral (select ST_Transform(ST_Envelope(p.geom), 4326) as box) l
    where p.parcel_id = any (${ids}::bigint[])
    order by p.parcel_id for update of p`.execute(tx)
  if (rows.length !== new Set(ids).size) throw new Problem('parcel-not-found')
  const parcels = rows.map(toParcel)
  for (const parcel of parcels) await requireCurrent(tx, parcel)
  return parcels
}

/**
 * Lock the ground that boxes (metres) reach into until the transaction ends, so that no other edit can put a parcel there
 * unseen: the rule against overlaps sees only what is committed.
 */
export async function lockGround(tx: Db, municipalityId: number, boxes: readonly Box[]): Promise<void> {
  const cells = chooseCells(boxes)
  if (!cells) {
    await sql`select pg_advisory_xact_lock(${MUNICIPALITY_LOCKS}::int, ${municipalityId}::int)`.execute(tx)
    return
  }
  await sql`select pg_advisory_xact_lock_shared(${MUNICIPALITY_LOCKS}::int, ${municipalityId}::int)`.execute(tx)
  // One after the other in the order of the array.
  await sql`select pg_advisory_xact_lock(${(CELL_LOCKS + municipalityId) | 0}::int, cell)
            from unnest(${cells}::int[]) cell`.execute(tx)
}

interface Row {
  id: number
  code: string
  municipality_id: number
  srid: number
  status: 'current' | 'retired'
  recorded_at: Date
  valid_from: string
  land_use: string | null
  density: number | null
  block_id: number | null
  postal_code: string | null
  area_m2: number
  shape: string
  box: [number, number, number, number]
  lon_lat_box: [number, number, number, number]
}

function toParcel(row: Row): EditedParcel {
  return {
    id: row.id,
    code: row.code,
    municipalityId: row.municipality_id,
    srid: row.srid,
    status: row.status,
    recordedAt: row.recorded_at,
    validFrom: row.valid_from,
    landUse: row.land_use as LandUse | null,
    density: row.density as Density,
    blockId: row.block_id,
    postalCode: row.postal_code,
    areaM2: row.area_m2,
    box: row.box,
    lonLatBox: row.lon_lat_box,
    shape: JSON.parse(row.shape) as MultiPolygon,
  }
}
