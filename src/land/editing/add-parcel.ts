import { sql } from 'kysely'
import type { MultiPolygon } from 'geojson'
import type { Db } from '#db/connect.ts'
import type { LandUse, ParcelId } from '../parcels/types.ts'
import { toSql } from './judge-shape.ts'
import type { Act, Density } from './types.ts'

interface NewParcel {
  /** The parcel whose block, neighbourhood, street, house number and address it has. */
  like: ParcelId
  code: string
  /** metres */
  shape: MultiPolygon
  srid: number
  postalCode: string | null
  landUse: LandUse | null
  density: Density
}

/**
 * Record a parcel that comes of others. What the registry and the deed say of the old ones is not true of it: plot number and deed
 * area are unknown until they are told.
 */
export async function addParcel(tx: Db, act: Act, day: string, parcel: NewParcel): Promise<ParcelId> {
  const { rows } = await sql<{ parcel_id: number }>`
    insert into land.parcels (municipality_id, code, block_id, neighbourhood_id, postal_code, land_use, residential_density, street_id,
      house_number, address, valid_from, recorded_by, recorded_at, geom)
    select municipality_id, ${parcel.code}, block_id, neighbourhood_id, ${parcel.postalCode},
      ${parcel.landUse}, ${parcel.density}::smallint, street_id, house_number, address, greatest(valid_from, ${day}::date), ${act.actor},
      ${act.now.toISOString()}::timestamptz, ST_Multi(${toSql(parcel.shape, parcel.srid)})
    from land.parcels where parcel_id = ${parcel.like}
    returning parcel_id`.execute(tx)
  return rows[0]!.parcel_id
}
