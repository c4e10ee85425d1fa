import type { MultiPolygon, Polygon } from 'geojson'
import type { Db } from '#db/connect.ts'
import { decideFacing } from './facing.ts'
import { findDetailRow } from './queries.ts'
import { divideIntoSides, toCentimetres } from './sides.ts'
import { roundTo, toSummary } from './summary.ts'
import { readSurroundings, type ParcelSurroundings } from './surroundings.ts'
import type { ParcelDetail, ParcelDetailFeature, ParcelId, ParcelPlan } from './types.ts'

/** Neighbours that a side may touch are looked for this far outside the parcel's box, metres. */
const TOUCH_AROUND_M = 2
/** The survey plan shows this much around the parcel's box, metres. */
const PLAN_AROUND_M = 12

/** Everything the sheet says of a parcel; null when there is none with this id. */
export async function composeParcel(db: Db, id: ParcelId): Promise<ParcelDetailFeature | null> {
  const [row, around] = await Promise.all([findDetailRow(db, id), readSurroundings(db, id, TOUCH_AROUND_M)])
  if (!row || !around) return null
  const properties: ParcelDetail = {
    ...toSummary(row),
    bbox: row.bbox,
    point: row.point,
    municipality: row.municipality,
    district: row.district,
    region: row.region,
    block: row.block,
    registration:
      row.registration_main === null
        ? null
        : { section: row.registration_section, main: row.registration_main, sub: row.registration_sub ?? 0 },
    houseNumber: row.house_number,
    street: row.street,
    areas: { deedM2: row.deed_area_m2, surveyedM2: row.surveyed_area_m2, computedM2: roundTo(row.area_m2, 2) },
    sides: describeSides(around).map(({ from: _from, to: _to, ...side }) => side),
    buildings: row.buildings,
    findings: row.findings.map((finding) => ({ ...finding, foundAt: new Date(finding.foundAt).toISOString() })),
    validFrom: row.valid_from,
    validTo: row.valid_to,
    recordedBy: row.recorded_by,
    recordedAt: row.recorded_at.toISOString(),
    parents: row.parents,
    children: row.children,
  }
  return { type: 'Feature', id, geometry: JSON.parse(row.geometry) as Polygon | MultiPolygon, properties }
}

/** The survey plan of a parcel; null when there is none with this id. */
export async function composePlan(db: Db, id: ParcelId): Promise<ParcelPlan | null> {
  const around = await readSurroundings(db, id, PLAN_AROUND_M)
  if (!around) return null
  const sides = describeSides(around)
  return {
    srid: around.srid,
    frame: around.frame,
    parcel: around.parcel,
    corners: sides.map(({ ordinal, from }) => ({ ordinal, at: from })),
    sides,
    neighbours: around.neighbours,
    buildings: around.buildings,
    streets: around.streets,
    water: around.water,
    streetLines: around.street_lines,
    takenByStreet:
      around.taken_rings && around.taken_area_m2 ? { areaM2: roundTo(around.taken_area_m2, 2), rings: around.taken_rings } : null,
  }
}

function describeSides(around: ParcelSurroundings): ParcelPlan['sides'] {
  return divideIntoSides(around.parcel).map((side) => ({
    ordinal: side.ordinal,
    direction: side.direction,
    lengthM: toCentimetres(side.lengthM),
    facing: decideFacing(side, around),
    from: side.from,
    to: side.to,
  }))
}
