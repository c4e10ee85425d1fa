import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import { findDayInTehran } from '../../kernel/calendar.ts'
import { Problem, type Reason } from '../../kernel/problem.ts'
import type { LandUse, ParcelId } from '../parcels/types.ts'
import { addParcel } from './add-parcel.ts'
import { refuseOverlaps } from './find-neighbours.ts'
import { joinShapes } from './join-shapes.ts'
import { requireSound } from './judge-shape.ts'
import { LEAST_SHARED_M, SNAP_M } from './limits.ts'
import { lockGround, lockParcels } from './lock-ground.ts'
import { nameNewParcels } from './name-new-parcels.ts'
import { orderByTouch } from './order-by-touch.ts'
import { passOn, recordLineage, retireParcels } from './pass-on.ts'
import { runEdit } from './run-edit.ts'
import { noteEdit, type EditNote } from './tell-tiles.ts'
import type { Act, Density, EditedParcel } from './types.ts'

/**
 * Merge (تجمیع) current parcels of one block that touch along a line into one with a new code; the old ones are retired. Address
 * and neighbourhood are those of the largest, the postal code that of the largest that has one; the land use is theirs when they
 * agree, else `landUse` says it.
 * @throws Problem conflict, unprocessable with the reason, busy
 */
export async function mergeParcels(db: Db, act: Act, ids: readonly ParcelId[], landUse?: LandUse | null): Promise<EditNote> {
  return runEdit(db, async (tx) => {
    const parcels = (await lockParcels(tx, ids)).sort((a, b) => b.areaM2 - a.areaM2 || a.id - b.id)
    requireOneBlock(parcels)
    const use = decideMergedUse(parcels, landUse)
    const main = parcels[0]!
    await lockGround(tx, main.municipalityId, parcels.map((parcel) => parcel.box)) // prettier-ignore
    const ordered = await orderTouching(tx, parcels)
    const shape = await joinShapes(tx, ordered)
    await requireSound(tx, shape, main.srid)
    await refuseOverlaps(tx, shape, { municipalityId: main.municipalityId, srid: main.srid, instead: ids })
    const day = findDayInTehran(act.now)
    const [code] = (await nameNewParcels(tx, main, 1)) as [string]
    const postalCode = parcels.find((parcel) => parcel.postalCode !== null)?.postalCode ?? null
    await retireParcels(tx, day, parcels)
    const child = await addParcel(tx, act, day, { like: main.id, code, shape, srid: main.srid, postalCode, ...use })
    await recordLineage(tx, act, day, parcels, [child], 'merge')
    await passOn(tx, ids, [child])
    await renumberBuildings(tx, child)
    return noteEdit(tx, [main.blockId], [child])
  })
}

function requireOneBlock(parcels: readonly EditedParcel[]): void {
  const main = parcels[0]!
  const elsewhere = parcels.filter((parcel) => parcel.municipalityId !== main.municipalityId || parcel.blockId !== main.blockId)
  if (elsewhere.length === 0) return
  throw refuse(
    elsewhere.map((parcel) => ({
      at: parcel.code,
      fa: `ملک ${parcel.code} با ${main.code} در یک بلوک نیست.`,
      en: `Parcel ${parcel.code} is not in the same block as ${main.code}.`,
    })),
  )
}

/** The land use of the whole, and its density: the common one, or that of the largest dwelling. Pure. */
export function decideMergedUse(
  parcels: readonly Pick<EditedParcel, 'code' | 'landUse' | 'density'>[],
  landUse: LandUse | null | undefined,
): { landUse: LandUse | null; density: Density } {
  const uses = [...new Set(parcels.map((parcel) => parcel.landUse))]
  if (landUse === undefined && uses.length > 1) {
    const list = uses.map((use) => use ?? 'null').join(', ')
    throw refuse([
      {
        at: 'landUse',
        fa: `کاربری ملک‌ها یکی نیست (${list})؛ کاربری ملک تازه را با landUse بگویید.`,
        en: `The land uses differ (${list}); say the use of the new parcel as landUse.`,
      },
    ])
  }
  const use = landUse === undefined ? uses[0]! : landUse
  return { landUse: use, density: use === 'RES' ? (parcels.find((parcel) => parcel.density !== null)?.density ?? null) : null }
}

/** The parcels in an order in which each shares a line with one before it. */
async function orderTouching(tx: Db, parcels: EditedParcel[]): Promise<EditedParcel[]> {
  const ids = parcels.map((parcel) => parcel.id)
  // Within the tolerance rather than exactly: of a border that surveys give twice, hardly a point is the same.
  const { rows } = await sql<{ a: number; b: number }>`
    select a.parcel_id as a, b.parcel_id as b
    from land.parcels a join land.parcels b on a.parcel_id < b.parcel_id and a.geom && ST_Expand(b.geom, ${SNAP_M}::float8)
    where a.parcel_id = any (${ids}::bigint[]) and b.parcel_id = any (${ids}::bigint[])
      and ST_Length(ST_Intersection(ST_Boundary(a.geom), ST_Buffer(b.geom, ${SNAP_M}::float8))) >= ${LEAST_SHARED_M}::float8
    order by 1, 2`.execute(tx)
  const { order, apart } = orderByTouch(
    ids,
    rows.map(({ a, b }) => [a, b]),
  )
  const byId = new Map(parcels.map((parcel) => [parcel.id, parcel]))
  if (apart.length === 0) return order.map((id) => byId.get(id)!)
  throw refuse(
    apart.map((id) => ({
      at: byId.get(id)!.code,
      fa: `ملک ${byId.get(id)!.code} با بقیه مرز مشترک ندارد (دست‌کم ${LEAST_SHARED_M * 100} سانتی‌متر؛ گوشهٔ مشترک بس نیست).`,
      en: `Parcel ${byId.get(id)!.code} shares no border with the others (at least ${LEAST_SHARED_M * 100} cm; a corner is not enough).`,
    })),
  )
}

/** Number the buildings through when two of them bring the same number: it is a part of their codes. */
async function renumberBuildings(tx: Db, parcelId: ParcelId): Promise<void> {
  await sql`
    update land.buildings b set number = n.place
    from (select building_id, row_number() over (order by number, building_id) as place from land.buildings
          where parcel_id = ${parcelId} and number is not null) n
    where b.building_id = n.building_id and b.number <> n.place and exists (
      select from land.buildings where parcel_id = ${parcelId} and number is not null group by number having count(*) > 1)`.execute(
    tx,
  )
}

function refuse(reasons: Reason[]): Problem {
  return new Problem('unprocessable', reasons.slice(0, 10))
}
