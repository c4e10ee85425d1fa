import type { RoadKind, StreetClass } from './plan.ts'
import type { Polyline } from './split.ts'

/** A named way while the city is made; several segments may belong to it. */
export interface Street extends RoadKind {
  id: number
  nameFa: string
  nameEn: string
  isDeadEnd: boolean
  /** The wider street one enters this one from; it opens the address. */
  parent: Street | null
  line: Polyline
  /** House number at the start of the line. */
  firstNumber: number
  plannedWidthM: number | null
  /** Shared by all neighbourhoods along the street. */
  record: StreetRecord
}
export interface StreetRecord {
  isWritten: boolean
  /** Highest house number given so far on its left and right side. */
  lastNumber: [number, number]
}
/** What an edge of a parcel looks onto: one side of a street. */
export interface Frontage {
  street: Street
  side: 0 | 1
}
/** What an edge tag means inside one neighbourhood. */
export type Frontages = Frontage[]

/** Widest first: a way is entered from the wider one. */
export const CLASS_ORDER: StreetClass[] = ['arterial-1', 'arterial-2', 'collector', 'local', 'pedestrian', 'alley']
