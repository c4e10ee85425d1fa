import { sql } from 'kysely'
import type { MultiPolygon, Polygon } from 'geojson'
import type { Db } from '#db/connect.ts'
import { Problem } from '../../kernel/problem.ts'
import type { ParcelId } from '../parcels/types.ts'
import type { Box } from './choose-cells.ts'
import { fitsEdition, nameEdition } from '../parcels/edition.ts'
import { listNeighbourRings, refuseOverlaps } from './find-neighbours.ts'
import { requireNear, type Change } from './read-edit.ts'
import { isSameGround, requirePlausible, requireSound, toSql } from './judge-shape.ts'
import { SNAP_M } from './limits.ts'
import { lockGround, lockParcels } from './lock-ground.ts'
import { moveFindings } from './pass-on.ts'
import { runEdit } from './run-edit.ts'
import { collectKnown, snapPath } from './snap-shape.ts'
import { noteEdit, type EditNote } from './tell-tiles.ts'
import type { Act, Density, EditedParcel } from './types.ts'

/**
 * Correct the outline (lon/lat) or the land use of a current parcel: the parcel stays, with its id and its code; what it was is
 * kept in land.parcel_versions. What changes nothing is not an edit and writes nothing.
 * @param ifMatch header of the request: only that edition is changed
 * @throws Problem conflict, edition-changed, bad-geometry, unprocessable, busy
 */
export async function changeParcel(db: Db, act: Act, id: ParcelId, change: Change, ifMatch?: string): Promise<EditNote> {
  return runEdit(db, async (tx) => {
    const [parcel] = (await lockParcels(tx, [id])) as [EditedParcel]
    const edition = nameEdition(parcel)
    if (!fitsEdition(ifMatch, edition)) {
      throw new Problem('edition-changed', [
        {
          at: 'if-match',
          fa: `ملک ${parcel.code} پس از آنکه آن را خواندید عوض شده است؛ دوباره بخوانید. نسخهٔ کنونی ${edition} است.`,
          en: `Parcel ${parcel.code} has changed since you read it; read it again. Its edition is now ${edition}.`,
        },
      ])
    }
    const use = decideUse(parcel, change)
    const shape = change.geometry ? await fitShape(tx, parcel, change.geometry) : null
    if (!shape && use.landUse === parcel.landUse && use.density === parcel.density) return noteEdit(tx, [], [id])
    await replaceVersion(tx, act, parcel, use, shape)
    if (shape) await moveFindings(tx, [id], [id])
    return noteEdit(tx, [parcel.blockId], [id])
  })
}

/** Use and residential density after the change. Throws `unprocessable` for a density without dwellings. */
export function decideUse(
  now: Pick<EditedParcel, 'landUse' | 'density'>,
  change: Pick<Change, 'landUse' | 'residentialDensity'>,
): Pick<EditedParcel, 'landUse' | 'density'> {
  const landUse = change.landUse === undefined ? now.landUse : change.landUse
  if (landUse !== 'RES' && change.residentialDensity) {
    throw new Problem('unprocessable', [
      {
        at: 'residentialDensity',
        fa: 'تراکم مسکونی فقط برای کاربری مسکونی (RES) است.',
        en: 'Only dwellings (RES) have a residential density.',
      },
    ])
  }
  const density: Density = change.residentialDensity === undefined ? now.density : change.residentialDensity
  return { landUse, density: landUse === 'RES' ? density : null }
}

/** The drawn shape in metres, laid on what is known, when it may be the parcel's; null when it covers the same ground as before. */
async function fitShape(tx: Db, parcel: EditedParcel, drawn: Polygon | MultiPolygon): Promise<MultiPolygon | null> {
  const polygons = drawn.type === 'Polygon' ? [drawn.coordinates] : drawn.coordinates
  requireNear(polygons.flat(2), [parcel.lonLatBox])
  const { rows } = await sql<{ shape: string }>`
    select ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(${JSON.stringify(to2d(polygons))}::text), 4326), ${parcel.srid}::int), 15, 0) as shape`.execute(
    tx,
  )
  const raw = JSON.parse(rows[0]!.shape) as MultiPolygon
  // Before it is laid on anything: the officer reads of his own shape, not of what became of it.
  await requireSound(tx, raw, parcel.srid)
  await lockGround(tx, parcel.municipalityId, [parcel.box, findBox(raw)])
  const around = { municipalityId: parcel.municipalityId, srid: parcel.srid, instead: [parcel.id] }
  const own = collectKnown(parcel.shape.coordinates.flat())
  const others = collectKnown(await listNeighbourRings(tx, raw, around))
  const shape: MultiPolygon = {
    type: 'MultiPolygon',
    coordinates: raw.coordinates.map((rings) => rings.map((ring) => snapPath(ring, own, others, SNAP_M))),
  }
  await requireSound(tx, shape, parcel.srid)
  if (await isSameGround(tx, shape, parcel)) return null
  await requirePlausible(tx, shape, parcel)
  await refuseOverlaps(tx, shape, around)
  return shape
}

function to2d(polygons: Polygon['coordinates'][]): MultiPolygon {
  return {
    type: 'MultiPolygon',
    coordinates: polygons.map((rings) => rings.map((ring) => ring.map(([lon, lat]) => [lon!, lat!]))),
  }
}

/** With room for what laying it on its neighbours moves. */
function findBox(shape: MultiPolygon): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of shape.coordinates.flat(2) as [number, number][]) {
    west = Math.min(west, x)
    east = Math.max(east, x)
    south = Math.min(south, y)
    north = Math.max(north, y)
  }
  return [west - 1, south - 1, east + 1, north + 1]
}

async function replaceVersion(
  tx: Db,
  act: Act,
  parcel: EditedParcel,
  use: Pick<EditedParcel, 'landUse' | 'density'>,
  shape: MultiPolygon | null,
): Promise<void> {
  // Always later than before, by the millisecond in which editions are told apart.
  const recordedAt = sql`greatest(${act.now.toISOString()}::timestamptz, date_trunc('milliseconds', recorded_at) + interval '1 millisecond')`
  await sql`
    insert into land.parcel_versions (parcel_id, recorded_at, recorded_by, replaced_at, replaced_by, land_use, residential_density, geom)
    select parcel_id, recorded_at, recorded_by, ${recordedAt}, ${act.actor}, land_use, residential_density, geom
    from land.parcels where parcel_id = ${parcel.id}`.execute(tx)
  const geom = shape ? sql`ST_Multi(${toSql(shape, parcel.srid)})` : sql`geom`
  await sql`
    update land.parcels set land_use = ${use.landUse}, residential_density = ${use.density}, recorded_by = ${act.actor},
      recorded_at = ${recordedAt} ${shape ? sql`, geom = ${geom}` : sql``}
    where parcel_id = ${parcel.id}`.execute(tx)
}
