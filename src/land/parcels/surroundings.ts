import { readFileSync } from 'node:fs'
import { CompiledQuery } from 'kysely'
import type { Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import type { Bbox, LandUse, ParcelId } from './types.ts'

const SURROUNDINGS = readFileSync(new URL('surroundings.sql', import.meta.url), 'utf8')

/** A parcel and what lies around it; positions are east, north in metres of the authoritative CRS. */
export interface ParcelSurroundings {
  srid: number
  frame: Bbox
  parcel: Position[][][]
  neighbours: { code: string; houseNumber: string | null; landUse: LandUse | null; rings: Position[][][]; at: Position }[]
  buildings: { rings: Position[][][]; storeys: number | null; builtYear: number | null; onParcel: boolean }[]
  streets: { name: string | null; nameEn: string | null; widthM: number | null; lines: Position[][] }[]
  water: { name: string | null; nameEn: string | null; rings: Position[][][] }[]
  street_lines: { plannedWidthM: number; lines: Position[][] }[]
  taken_area_m2: number | null
  taken_rings: Position[][][] | null
}

/** Read what lies within `aroundM` metres of the parcel's box. */
export async function readSurroundings(db: Db, id: ParcelId, aroundM: number): Promise<ParcelSurroundings | null> {
  const { rows } = await db.executeQuery(CompiledQuery.raw(SURROUNDINGS, [id, aroundM]))
  return (rows[0] as ParcelSurroundings | undefined) ?? null
}
