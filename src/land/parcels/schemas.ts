import {
  bbox,
  bool,
  date,
  instant,
  list,
  number,
  numberOrNull,
  orNull,
  position,
  record,
  ref,
  rings,
  text,
  textOrNull,
  whole,
  wholeOrNull,
  type Schema,
} from '../../kernel/json-schema.ts'
import { LAND_USES } from './types.ts'

const areaGeometry = {
  oneOf: [
    record({ type: { const: 'Polygon' }, coordinates: rings }),
    record({ type: { const: 'MultiPolygon' }, coordinates: list(rings) }),
  ],
}
function feature(properties: Schema, geometry: Schema = areaGeometry): Schema {
  return record({ type: { const: 'Feature' }, id: whole, geometry, properties })
}

const bothNames = record({ nameFa: text, nameEn: text })
const landUse = { enum: [...LAND_USES, null], description: 'Land-use class (1389 resolution); null when the source does not say' }
const summary = {
  id: whole,
  code: text,
  landUse,
  residentialDensity: { enum: [1, 2, 3, null], description: 'low, medium, high' },
  areaM2: { ...number, description: 'computed in the authoritative projected CRS' },
  address: textOrNull,
  registrationPlot: { ...textOrNull, description: 'main/sub' },
  postalCode: textOrNull,
  neighbourhood: orNull(bothNames),
  status: { enum: ['current', 'retired'] },
}
const facing = {
  oneOf: [
    record({ kind: { const: 'street' }, name: textOrNull, nameEn: textOrNull, widthM: numberOrNull }),
    record({ kind: { const: 'parcel' }, code: text, houseNumber: textOrNull }),
    record({ kind: { const: 'water' }, name: textOrNull, nameEn: textOrNull }),
    record({ kind: { const: 'open' } }),
  ],
}
const side = { ordinal: whole, direction: { enum: ['north', 'east', 'south', 'west'] }, lengthM: number, facing }
const numbered = orNull(record({ nameFa: text, nameEn: text, number: whole }))
const relative = record({ code: text, kind: { enum: ['split', 'merge', 'correction'] }, happenedOn: date })

const detail = {
  ...summary,
  bbox,
  point: position,
  municipality: record({ slug: text, nameFa: text, nameEn: text, isSynthetic: bool, srid: whole }),
  district: numbered,
  region: numbered,
  block: wholeOrNull,
  registration: orNull(record({ section: textOrNull, main: whole, sub: whole })),
  houseNumber: textOrNull,
  street: orNull(record({ id: whole, nameFa: textOrNull, nameEn: textOrNull })),
  areas: record({ deedM2: numberOrNull, surveyedM2: numberOrNull, computedM2: number }),
  sides: list(ref('ParcelSide')),
  buildings: list(
    record({
      id: whole,
      storeys: wholeOrNull,
      heightM: numberOrNull,
      footprintM2: number,
      builtYear: wholeOrNull,
      landUse,
      apartments: whole,
      shops: whole,
    }),
  ),
  findings: list(record({ kind: { const: 'overlap' }, otherCode: text, areaM2: number, foundAt: instant })),
  validFrom: date,
  validTo: orNull(date),
  recordedBy: text,
  recordedAt: instant,
  parents: list(relative),
  children: list(relative),
}

const plan = {
  srid: whole,
  frame: bbox,
  parcel: list(rings),
  corners: list(record({ ordinal: whole, at: position })),
  sides: list(record({ ...side, from: position, to: position })),
  neighbours: list(record({ code: text, houseNumber: textOrNull, landUse, rings: list(rings), at: position })),
  buildings: list(record({ rings: list(rings), storeys: wholeOrNull, builtYear: wholeOrNull, onParcel: bool })),
  streets: list(record({ name: textOrNull, nameEn: textOrNull, widthM: numberOrNull, lines: rings })),
  water: list(record({ name: textOrNull, nameEn: textOrNull, rings: list(rings) })),
  streetLines: list(record({ plannedWidthM: number, lines: rings })),
  takenByStreet: orNull(record({ areaM2: number, rings: list(rings) })),
}

/** Registered with Fastify once; the same shapes as types.ts. */
export const parcelSchemas = [
  { $id: 'ParcelSummary', ...record(summary) },
  { $id: 'ParcelFeature', ...feature(ref('ParcelSummary')) },
  {
    $id: 'ParcelPage',
    ...record({ type: { const: 'FeatureCollection' }, features: list(ref('ParcelFeature')), nextCursor: textOrNull }),
  },
  { $id: 'ParcelSide', ...record(side, 'A side of the parcel, numbered clockwise from the north-west corner; length in metres') },
  { $id: 'ParcelDetail', ...record(detail) },
  { $id: 'ParcelDetailFeature', ...feature(ref('ParcelDetail')) },
  { $id: 'ParcelPlan', ...record(plan, 'Survey plan; positions are east, north in metres of the authoritative CRS') },
  {
    $id: 'ParcelSelection',
    ...record({
      ids: list(whole),
      truncated: { ...bool, description: 'ids holds only the first 100,000; the summary counts all' },
      summary: record({ count: whole, areaM2: number, byLandUse: list(record({ landUse, count: whole, areaM2: number })) }),
    }),
  },
]
