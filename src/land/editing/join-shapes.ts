import { sql } from 'kysely'
import type { MultiPolygon, Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { Problem } from '../../kernel/problem.ts'
import { SNAP_M } from './limits.ts'
import { addCorners, collectKnown, snapPath } from './snap-shape.ts'
import type { EditedParcel } from './types.ts'

const NOTHING = collectKnown([])

/**
 * One shape (metres) of parcels that touch, each with one before it. Each is laid on those before it, and they take its corners on,
 * so that neither gaps of the survey nor slits remain between them.
 */
export async function joinShapes(tx: Db, parcels: readonly EditedParcel[]): Promise<MultiPolygon> {
  const laid: Position[][][][] = []
  for (const { shape } of parcels) {
    const before = collectKnown(laid.flat(2))
    laid.push(shape.coordinates.map((rings) => rings.map((ring) => snapPath(ring, NOTHING, before, SNAP_M))))
  }
  const pieces = laid.map((polygons, i) => {
    const others = collectKnown(laid.filter((_, other) => other !== i).flat(2))
    return { type: 'MultiPolygon', coordinates: polygons.map((rings) => rings.map((ring) => addCorners(ring, others, SNAP_M))) }
  })
  const { rows } = await sql<{ shape: string }>`
    select ST_AsGeoJSON(ST_Multi(ST_UnaryUnion(ST_Collect(ST_SetSRID(ST_GeomFromGeoJSON(piece), ${parcels[0]!.srid}::int)))), 15, 0) as shape
    from unnest(${pieces.map((piece) => JSON.stringify(piece))}::text[]) piece`.execute(tx)
  const joined = JSON.parse(rows[0]!.shape) as MultiPolygon
  const parts = parcels.reduce((sum, parcel) => sum + parcel.shape.coordinates.length, 0)
  if (joined.coordinates.length > parts - parcels.length + 1) {
    throw new Problem('unprocessable', [
      {
        at: 'parcels',
        fa: 'میان ملک‌ها فاصله‌ای هست که با هم یک تکه نمی‌شوند.',
        en: 'There are gaps between the parcels: together they are not one piece.',
      },
    ])
  }
  return {
    ...joined,
    coordinates: joined.coordinates.map(([outer, ...holes]) => [outer!, ...holes.filter((hole) => !isSlit(hole))]),
  }
}

/** Whether a ring is so narrow on the average that it is a gap of the survey rather than ground. Pure. */
export function isSlit(ring: readonly Position[]): boolean {
  let [doubled, length] = [0, 0]
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = ring[i - 1] as [number, number]
    const [bx, by] = ring[i] as [number, number]
    doubled += (ax - ring[0]![0]!) * (by - ring[0]![1]!) - (bx - ring[0]![0]!) * (ay - ring[0]![1]!)
    length += Math.hypot(bx - ax, by - ay)
  }
  return Math.abs(doubled) <= SNAP_M * length
}
