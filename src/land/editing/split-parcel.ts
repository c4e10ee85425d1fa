import { sql } from 'kysely'
import type { LineString, MultiPolygon, Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { findDayInTehran } from '../../kernel/calendar.ts'
import type { ParcelId } from '../parcels/types.ts'
import { addParcel } from './add-parcel.ts'
import { cutShape, type Piece } from './cut-shape.ts'
import { requireNear } from './read-edit.ts'
import { SNAP_M } from './limits.ts'
import { lockGround, lockParcels } from './lock-ground.ts'
import { nameNewParcels } from './name-new-parcels.ts'
import { passOn, recordLineage, retireParcels } from './pass-on.ts'
import { runEdit } from './run-edit.ts'
import { addCorners, collectKnown, snapPath } from './snap-shape.ts'
import { noteEdit, type EditNote } from './tell-tiles.ts'
import type { Act, EditedParcel } from './types.ts'

/** A corner of the line is on the boundary when it is this near; what is laid on an edge is as exact as numbers are. Metres. */
const EXACT_M = 1e-6
const NOTHING = collectKnown([])

/**
 * Split (تفکیک) a current parcel along a line (lon/lat) that crosses it completely. Every piece becomes a parcel with a new code;
 * the old one is retired, and what lay on it goes to the piece that holds most of it.
 * @throws Problem conflict, bad-geometry, unprocessable with the reason, busy
 */
export async function splitParcel(db: Db, act: Act, id: ParcelId, line: LineString): Promise<EditNote> {
  return runEdit(db, async (tx) => {
    const [parcel] = (await lockParcels(tx, [id])) as [EditedParcel]
    requireNear(line.coordinates, [parcel.lonLatBox])
    await lockGround(tx, parcel.municipalityId, [parcel.box])
    const laid = await layLine(tx, parcel, line)
    // The ends of the line become corners of the parcel, so that the pieces meet the boundary exactly where the line does.
    const corners = collectKnown([laid])
    const shape: MultiPolygon = {
      type: 'MultiPolygon',
      coordinates: parcel.shape.coordinates.map((rings) => rings.map((ring) => addCorners(ring, corners, EXACT_M))),
    }
    const pieces = await cutShape(tx, parcel, shape, { type: 'LineString', coordinates: laid })
    const day = findDayInTehran(act.now)
    const codes = await nameNewParcels(tx, parcel, pieces.length)
    await retireParcels(tx, day, [parcel])
    const keeper = findKeeper(pieces)
    const childIds: ParcelId[] = []
    for (const [i, piece] of pieces.entries()) {
      childIds.push(
        await addParcel(tx, act, day, { like: id, code: codes[i]!, shape: piece.shape, srid: parcel.srid, postalCode: i === keeper ? parcel.postalCode : null, landUse: parcel.landUse, density: parcel.density }), // prettier-ignore
      )
    }
    await recordLineage(tx, act, day, [parcel], childIds, 'split')
    await passOn(tx, [id], childIds)
    return noteEdit(tx, [parcel.blockId], childIds)
  })
}

/** The line in metres, its corners laid on the parcel's where they are that near. */
async function layLine(tx: Db, parcel: EditedParcel, line: LineString): Promise<Position[]> {
  const flat = { type: 'LineString', coordinates: line.coordinates.map(([lon, lat]) => [lon!, lat!]) }
  const { rows } = await sql<{ line: string }>`
    select ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(${JSON.stringify(flat)}::text), 4326), ${parcel.srid}::int), 15, 0) as line`.execute(
    tx,
  )
  const { coordinates } = JSON.parse(rows[0]!.line) as LineString
  return snapPath(coordinates, NOTHING, collectKnown(parcel.shape.coordinates.flat()), SNAP_M)
}

/** The piece that keeps the postal code: with most of what is built, or the largest. */
function findKeeper(pieces: readonly Piece[]): number {
  const order = pieces
    .map((_, i) => i)
    .sort((a, b) => pieces[b]!.builtM2 - pieces[a]!.builtM2 || pieces[b]!.areaM2 - pieces[a]!.areaM2)
  return order[0]!
}
