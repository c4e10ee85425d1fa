import type { RowSink } from './copy-rows.ts'
import { multiLineHex, multiPolygonHex, pointHex, ringPolygon } from './ewkb.ts'
import { postalCode } from './identify.ts'
import type { MadeBlock, MadeParcel } from './fill-block.ts'
import { nameFacility } from './name-facility.ts'
import { toPersianDigits } from './names.ts'
import { numberHouses, type HouseNumber } from './number-houses.ts'
import { isInside, ringArea, ringCentroid } from './ring.ts'
import type { Site } from './site.ts'
import type { Street } from './street.ts'
import { writeOwners, type Owners } from './write-owners.ts'
import { writeLineage, writeSplit } from './write-lineage.ts'
import { writeStreetLine } from './write-street-line.ts'
import { writeZones } from './write-zones.ts'

/** What the writer remembers of the city between neighbourhoods. */
export interface CityState {
  municipalityId: number
  /** Day the synthetic data is dated, ISO. */
  datedOn: string
  blockNumbers: number[]
  postalSerial: number
  owners: Owners
  parcels: number
}

/** Rows of one finished neighbourhood. */
export function writeNeighbourhood(
  sink: RowSink,
  state: CityState,
  site: Site,
  blocks: MadeBlock[],
  neighbourhoodId: number,
  regionId: number,
  regionNumber: number,
): void {
  const { municipalityId } = state
  for (const street of site.streets) street.id ||= site.nextStreetId()
  const numbers = numberHouses(site, blocks)
  const writeStreet = (street: Street) => {
    if (street.record.isWritten) return
    street.record.isWritten = true
    sink.add('streets', street.id, municipalityId, street.nameFa, street.nameEn)
  }
  for (const { street, line, isDeadEnd } of site.segments) {
    writeStreet(street)
    const segmentId = sink.nextId('street_segments')
    if (!street.isDeadEnd) writeStreetLine(sink, municipalityId, segmentId, street, line)
    sink.add(
      'street_segments',
      segmentId,
      municipalityId,
      street.id,
      street.class,
      street.widthM,
      isDeadEnd,
      multiLineHex([line]),
    )
  }
  const main = 10 + neighbourhoodId * 3
  let sub = 1
  for (const block of blocks) {
    const blockId = sink.nextId('blocks')
    const number = (state.blockNumbers[regionNumber] = (state.blockNumbers[regionNumber] ?? 0) + 1)
    sink.add(
      'blocks',
      blockId,
      municipalityId,
      regionId,
      neighbourhoodId,
      number,
      multiPolygonHex(block.rings.map((ring) => ringPolygon(ring))),
    )
    let house = 1
    const place = {
      blockId,
      neighbourhoodId,
      codeOf: () => `1-${regionNumber}-${number}-${house++}-0-0-0`,
      plotOf: () => ({ main, sub: sub++ }),
    }
    const written: { parcel: MadeParcel; id: number }[] = []
    for (const parcel of block.parcels) {
      const address = numbers.get(parcel)
      if (address) writeStreet(address.street)
      const parcelId = writeParcel(sink, state, site, place, parcel, address)
      writeBuildings(sink, state, parcelId, parcel)
      if (parcel.kind) writeFacility(sink, state, site, parcelId, parcel)
      writeOwners(sink, state, site.rnd, parcelId, parcel)
      writeLineage(sink, state, site, place, parcel, parcelId)
      written.push({ parcel, id: parcelId })
      state.parcels++
    }
    writeSplit(sink, state, site, place, written)
  }
  writeZones(sink, state, site, blocks)
}

export interface Place {
  blockId: number
  neighbourhoodId: number
  codeOf(): string
  plotOf(): { main: number; sub: number }
}

function writeParcel(
  sink: RowSink,
  state: CityState,
  site: Site,
  place: Place,
  parcel: MadeParcel,
  address: HouseNumber | undefined,
): number {
  const { rnd } = site
  const id = sink.nextId('parcels')
  const area = ringArea(parcel.ring)
  const plot = place.plotOf()
  const surveyed = area * (1 + (rnd.next() - 0.5) * 0.006)
  const deed = area * (1 + (rnd.next() - 0.42) * 0.05)
  state.postalSerial += rnd.whole(1, 2)
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
    address ? postalCode(state.postalSerial) : null,
    parcel.use,
    parcel.density,
    parcel.use === 'NAT' ? null : deed.toFixed(2),
    rnd.chance(0.8) ? surveyed.toFixed(2) : null,
    address?.street.id ?? null,
    address ? String(address.number) : null,
    address ? writeAddress(address) : null,
    'current',
    `${rnd.whole(1996, 2023)}-0${rnd.whole(1, 9)}-${rnd.whole(10, 28)}`,
    null,
    'city',
    `${state.datedOn}T00:00:00Z`,
    multiPolygonHex([ringPolygon(parcel.ring)]),
  )
  return id
}

/** «خیابان ترمه، کوچهٔ شهریار، پلاک ۱۱» */
export function writeAddress({ street, number }: HouseNumber): string {
  const way = street.parent ? `${street.parent.nameFa}، ${street.nameFa}` : street.nameFa
  return `${way}، پلاک ${toPersianDigits(String(number))}`
}

function writeBuildings(sink: RowSink, state: CityState, parcelId: number, parcel: MadeParcel): void {
  parcel.buildings.forEach((building, i) => {
    const id = sink.nextId('buildings')
    const height = (building.storeys * 3.2 + 0.8).toFixed(1)
    sink.add(
      'buildings',
      id,
      state.municipalityId,
      parcelId,
      i + 1,
      building.storeys,
      height,
      building.builtYear,
      building.use,
      multiPolygonHex([ringPolygon(building.ring, building.hole)]),
    )
    const floor = ringArea(building.ring) - (building.hole ? ringArea(building.hole) : 0)
    const firstHome = building.shops > 0 ? 1 : 0
    const homesPerFloor = Math.max(1, Math.ceil(building.apartments / Math.max(1, building.storeys - firstHome)))
    for (let n = 0; n < building.apartments; n++) {
      sink.add(
        'building_units',
        sink.nextId('building_units'),
        id,
        'apartment',
        n + 1,
        firstHome + Math.floor(n / homesPerFloor),
        ((floor * 0.84) / homesPerFloor).toFixed(2),
      )
    }
    for (let n = 0; n < building.shops; n++)
      sink.add('building_units', sink.nextId('building_units'), id, 'shop', n + 1, 0, ((floor * 0.8) / building.shops).toFixed(2))
  })
}

function writeFacility(sink: RowSink, state: CityState, site: Site, parcelId: number, parcel: MadeParcel): void {
  let [x, y] = ringCentroid(parcel.ring)
  if (!isInside(parcel.ring, x, y) && parcel.buildings[0]) [x, y] = ringCentroid(parcel.buildings[0].ring)
  const [nameFa, nameEn] = nameFacility(parcel.kind!, ringArea(parcel.ring), site.name, site.takenNames, site.rnd)
  sink.add(
    'facilities',
    sink.nextId('facilities'),
    state.municipalityId,
    parcelId,
    parcel.kind,
    nameFa,
    nameEn,
    parcel.use,
    pointHex(x, y),
  )
}
