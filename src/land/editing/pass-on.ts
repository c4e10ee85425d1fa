import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import type { ParcelId } from '../parcels/types.ts'
import { LARGEST_ROUNDING_M2 } from './limits.ts'
import type { Act, EditedParcel } from './types.ts'

/**
 * The open overlaps of parcels that changed: each is resolved, and found again, as old as it was, where the parcels that hold the
 * ground now (`after`; the same ones for a correction) still lie on the other.
 */
export async function moveFindings(tx: Db, before: readonly ParcelId[], after: readonly ParcelId[]): Promise<void> {
  const { rows } = await sql<{ other_id: number; source: string; found_at: Date }>`
    with closed as (
      update land.findings set resolved_at = clock_timestamp()
      where kind = 'overlap' and resolved_at is null
        and (parcel_id = any (${before}::bigint[]) or other_parcel_id = any (${before}::bigint[]))
      returning parcel_id, other_parcel_id, source, found_at
    )
    select case when parcel_id = any (${before}::bigint[]) then other_parcel_id else parcel_id end as other_id, source, min(found_at) as found_at
    from closed where not (parcel_id = any (${before}::bigint[]) and other_parcel_id = any (${before}::bigint[]))
    group by 1, 2`.execute(tx)
  if (rows.length === 0) return
  await sql`
    insert into land.findings (municipality_id, kind, parcel_id, other_parcel_id, area_m2, geom, source, found_at)
    select p.municipality_id, 'overlap', least(p.parcel_id, o.parcel_id), greatest(p.parcel_id, o.parcel_id),
      ST_Area(met.geom), ST_Multi(ST_CollectionExtract(met.geom, 3)), f.source, f.found_at
    from unnest(${rows.map((row) => row.other_id)}::bigint[], ${rows.map((row) => row.source)}::text[],
      ${rows.map((row) => row.found_at.toISOString())}::timestamptz[]) as f (other_id, source, found_at)
    join land.parcels o on o.parcel_id = f.other_id and o.status = 'current'
    join land.parcels p on p.parcel_id = any (${after}::bigint[]) and p.geom && o.geom
    cross join lateral (select ST_Intersection(p.geom, o.geom) as geom) met
    where ST_Area(met.geom) > ${LARGEST_ROUNDING_M2}`.execute(tx)
}

/** Record which parcels came of which, for ever. `day` is an ISO date. */
export async function recordLineage(
  tx: Db,
  act: Act,
  day: string,
  parents: readonly EditedParcel[],
  childIds: readonly ParcelId[],
  kind: 'split' | 'merge',
): Promise<void> {
  const parentIds = parents.map((parcel) => parcel.id)
  await sql`
    insert into land.parcel_lineage (parent_id, child_id, kind, happened_on, recorded_by, recorded_at)
    select parent_id, child_id, ${kind}, ${day}::date, ${act.actor}, ${act.now.toISOString()}::timestamptz
    from unnest(${parentIds}::bigint[]) parent_id cross join unnest(${childIds}::bigint[]) child_id`.execute(tx)
}

/**
 * Take parcels out of the present, before what replaces them comes in. The day is never before they began. Who recorded them stays:
 * who retired them is in their lineage.
 */
export async function retireParcels(tx: Db, day: string, parents: readonly EditedParcel[]): Promise<void> {
  await sql`
    update land.parcels set status = 'retired', valid_to = greatest(valid_from, ${day}::date)
    where parcel_id = any (${parents.map((parcel) => parcel.id)}::bigint[])`.execute(tx)
}

/** Buildings go to the new parcel that holds most of them, facilities to the one they stand on, properties to all. */
export async function passOn(tx: Db, parentIds: readonly ParcelId[], childIds: readonly ParcelId[]): Promise<void> {
  await sql`
    update land.buildings b set parcel_id = best.child_id
    from (
      select distinct on (o.building_id) o.building_id, c.parcel_id as child_id
      from land.buildings o join land.parcels c on c.parcel_id = any (${childIds}::bigint[])
      where o.parcel_id = any (${parentIds}::bigint[])
      order by o.building_id, ST_Area(ST_Intersection(o.geom, c.geom)) desc, ST_Distance(o.geom, c.geom), c.parcel_id
    ) best
    where b.building_id = best.building_id`.execute(tx)
  await sql`
    update land.facilities f set parcel_id = best.child_id
    from (
      select distinct on (o.facility_id) o.facility_id, c.parcel_id as child_id
      from land.facilities o join land.parcels c on c.parcel_id = any (${childIds}::bigint[])
      where o.parcel_id = any (${parentIds}::bigint[])
      order by o.facility_id, ST_Distance(o.geom, c.geom), c.parcel_id
    ) best
    where f.facility_id = best.facility_id`.execute(tx)
  await sql`select land.pass_on_properties(${childIds}::bigint[])`.execute(tx)
  await moveFindings(tx, parentIds, childIds)
}
