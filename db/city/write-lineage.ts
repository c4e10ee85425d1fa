import type { RowSink } from './copy-rows.ts'
import { multiPolygonHex, ringPolygon } from './ewkb.ts'
import type { MadeParcel } from './fill-block.ts'
import { extent, INNER, orientedBox, ringArea, type Ring } from './ring.ts'
import type { Site } from './site.ts'
import { splitByLine } from './split.ts'
import type { CityState, Place } from './write-neighbourhood.ts'

/** Now and then a parcel has a past: two old ones were merged into it, or its outline was corrected. Old rows stay, retired. */
export function writeLineage(sink: RowSink, state: CityState, site: Site, place: Place, parcel: MadeParcel, parcelId: number): void {
  const { rnd } = site
  if (parcel.use !== 'RES' || !rnd.chance(0.018)) return
  const day = `${rnd.whole(2016, 2024)}-0${rnd.whole(1, 9)}-${rnd.whole(10, 28)}`
  if (rnd.chance(0.35)) {
    retire(sink, state, place, parcel, parcel.ring, parcelId, 'correction', day, 1 + rnd.between(0.004, 0.012))
    return
  }
  const box = orientedBox(parcel.ring)
  const [low, high] = extent(parcel.ring, box.ux, box.uy)
  const at = low + (high - low) * rnd.between(0.4, 0.6)
  const cut = splitByLine(parcel.ring, box.ux * at, box.uy * at, -box.uy, box.ux, INNER, INNER)
  if (cut.left.length !== 1 || cut.right.length !== 1) return
  for (const half of [cut.left[0]!, cut.right[0]!]) retire(sink, state, place, parcel, half, parcelId, 'merge', day, 1)
}

function retire(sink: RowSink, state: CityState, place: Place, parcel: MadeParcel, ring: Ring, childId: number, kind: string, day: string, deedFactor: number): void {
  const id = sink.nextId('parcels')
  const area = ringArea(ring)
  const plot = place.plotOf()
  sink.add(
    'parcels', id, state.municipalityId, place.codeOf(), place.blockId, place.neighbourhoodId, '9', plot.main, plot.sub, null, parcel.use, parcel.density,
    (area * deedFactor).toFixed(2), null, null, null, null, 'retired', '1991-05-11', day, 'city', `${state.datedOn}T00:00:00Z`, multiPolygonHex([ringPolygon(ring)]),
  )
  sink.add('parcel_lineage', id, childId, kind, day, 'city', `${state.datedOn}T00:00:00Z`)
}
