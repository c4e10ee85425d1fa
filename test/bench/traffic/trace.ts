import { readFileSync } from 'node:fs'

/** A recorded way of using the map, replayed the same against every server: who looks at what, when, and gives up when. */
export interface Trace {
  /** The city it was walked in: what was asked for, and where it lies (west, south, east, north in degrees). */
  parcels: number
  seed: number
  box: [west: number, south: number, east: number, north: number]
  /** Places people go to, [longitude, latitude]: points on parcels, evenly spread over the ids. */
  places: Place[]
  sessions: Session[]
}
export type Place = readonly [lon: number, lat: number]

/** One person at one screen: six connections, a browser cache of his own. */
export interface Session {
  who: 'citizen' | 'officer' | 'manager'
  screen: readonly [widthPx: number, heightPx: number]
  /** Was here before: his browser holds what the run before this one answered, and asks whether it still holds. */
  returns: boolean
  views: View[]
}

/** One rest of the map: the tiles it asks for, those it already holds left out, nearest to the middle first. */
export interface View {
  /** From the start of the run, milliseconds. Kept whatever the server does: an open loop. */
  at: number
  zoom: number
  middle: Place
  z: number
  tiles: [x: number, y: number][]
  /** Moved on when so many of its requests have been answered: what is still under way is cut off. */
  leaveAfter?: number
}

export interface TileRequest {
  set: string
  z: number
  x: number
  y: number
}

/**
 * The tile sets the map loads at a zoom: those of which a layer that is on for a first visitor is drawn (src/map: names of
 * quarters from 11.5, buffers from 14).
 */
export function listSetsAt(zoom: number): string[] {
  return ['land', ...(zoom >= 14 ? ['plan'] : []), ...(zoom >= 11.5 ? ['labels'] : [])]
}

/** What a view asks for, in the order of asking: every set of the nearest tile first. */
export function listRequests(view: View): TileRequest[] {
  const sets = listSetsAt(view.zoom)
  return view.tiles.flatMap(([x, y]) => sets.map((set) => ({ set, z: view.z, x, y })))
}

/** Every tile of a trace once. */
export function listDistinct(trace: Trace): TileRequest[] {
  const all = trace.sessions.flatMap((session) => session.views).flatMap(listRequests)
  return [...new Map(all.map((request) => [nameTile(request), request])).values()]
}

export function nameTile({ set, z, x, y }: TileRequest): string {
  return `${set}/${z}/${x}/${y}`
}

/** The tile with this name. */
export function parseTile(name: string): TileRequest {
  const [set, z, x, y] = name.split('/') as [string, string, string, string]
  return { set, z: Number(z), x: Number(x), y: Number(y) }
}

/** The committed trace of a city of this size, or null. */
export function readTrace(parcels: number): Trace | null {
  try {
    return JSON.parse(readFileSync(locateTrace(parcels), 'utf8')) as Trace
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

export function locateTrace(parcels: number): URL {
  return new URL(`traces/${parcels}.json`, import.meta.url)
}

/** As it is committed: one session to a line, so that a change can be read. */
export function writeTrace({ sessions, ...about }: Trace): string {
  const head = JSON.stringify({ ...about, sessions: [] }).slice(0, -2)
  return `${head}\n${sessions.map((session) => JSON.stringify(session)).join(',\n')}\n]}\n`
}
