import type { RowSink } from './copy-rows.ts'
import { multiPolygonHex, ringPolygon } from './ewkb.ts'
import type { MadeParcel } from './fill-block.ts'
import { joinRings } from './join.ts'
import { extent, INNER, isSimple, orientedBox, ringArea, type Ring } from './ring.ts'
import type { Site } from './site.ts'
import { splitByLine } from './split.ts'
import type { CityState, Place } from './write-neighbourhood.ts'

/** Now and then a parcel has a past: two old ones were merged into it, or its outline was corrected. Old rows stay, retired. */
export function writeLineage(
  sink: RowSink,
  state: CityState,
  site: Site,
  place: Place,
  parcel: MadeParcel,
  parcelId: number,
): void {
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
  const halves = [...cut.left, ...cut.right]
  if (cut.left.length !== 1 || cut.right.length !== 1 || !halves.every(isSimple)) return
  for (const half of halves) retire(sink, state, place, parcel, half, parcelId, 'merge', day, 1)
}

/** Now and then two neighbours were one plot once: the old one stays as a retired row with both as its heirs. */
export function writeSplit(
  sink: RowSink,
  state: CityState,
  site: Site,
  place: Place,
  parcels: { parcel: MadeParcel; id: number }[],
): void {
  const { rnd } = site
  if (parcels.length < 4 || !rnd.chance(0.22)) return
  const at = rnd.whole(0, parcels.length - 2)
  const [first, second] = [parcels[at]!, parcels[at + 1]!]
  if (first.parcel.use !== 'RES' || second.parcel.use !== 'RES') return
  const ring = joinRings(first.parcel.ring, second.parcel.ring)
  if (!ring || !isSimple(ring)) return
  const day = `${rnd.whole(2012, 2023)}-0${rnd.whole(1, 9)}-${rnd.whole(10, 28)}`
  const id = retire(sink, state, place, first.parcel, ring, first.id, 'split', day, 1)
  sink.add('parcel_lineage', id, second.id, 'split', day, 'city', `${state.datedOn}T00:00:00Z`)
}

function retire(
  sink: RowSink,
  state: CityState,
  place: Place,
  parcel: MadeParcel,
  ring: Ring,
  childId: number,
  kind: string,
  day: string,
  deedFactor: number,
): number {
  const id = sink.nextId('parcels')
  const area = ringArea(ring)
  const plot = place.plotOf()
  sink.add(
    'parcels',
    id,
    state.municipalityId,
    place.codeOf(),
    place.blockId,
    place.neighbourhoodId,
    '9',
    plot.main,
    plot.sub,
    null,
    parcel.use,
    parcel.density,
    (area * deedFactor).toFixed(2),
    null,
    null,
    null,
    null,
    'retired',
    '1991-05-11',
    day,
    'city',
    `${state.datedOn}T00:00:00Z`,
    multiPolygonHex([ringPolygon(ring)]),
  )
  sink.add('parcel_lineage', id, childId, kind, day, 'city', `${state.datedOn}T00:00:00Z`)
  return id
}
