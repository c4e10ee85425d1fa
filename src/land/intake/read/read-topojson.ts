import { readFile, stat } from 'node:fs/promises'
import { RefusalError } from '../refusal.ts'
import { readLegacyCrs } from './read-geojson.ts'
import { parseJson } from './scan-json.ts'
import type { Source, SourceFeature } from '../types.ts'

/** A topology has to be in memory whole: its arcs are shared. */
const LARGEST_BYTES = 256 * 1024 * 1024
/** A closed arc or ring with fewer positions encloses nothing. */
const RING_POSITIONS = 4

type Point = [number, number]
type TopoGeometry = {
  type?: unknown
  id?: unknown
  properties?: unknown
  arcs?: unknown
  coordinates?: unknown
  geometries?: unknown
}
interface Topology {
  objects: Record<string, TopoGeometry>
  arcs: unknown[]
  transform?: { scale: Point; translate: Point }
  crs?: unknown
}

/** Open TopoJSON. With several objects `layer` says which. */
export async function openTopoJson(path: string, layer: string | null): Promise<Source> {
  if ((await stat(path)).size > LARGEST_BYTES) {
    throw new RefusalError(`TopoJSON is read up to ${LARGEST_BYTES >> 20} MB. Turn this file into GeoJSON or GeoPackage.`)
  }
  const topology = parseJson(await readFile(path, 'utf8'), 'the topology') as Topology
  if (!topology.objects || typeof topology.objects !== 'object') throw new RefusalError('The topology has no "objects".')
  if (!Array.isArray(topology.arcs)) throw new RefusalError('The topology has no "arcs".')
  const names = Object.keys(topology.objects)
  const name = chooseObject(names, layer)
  const object = topology.objects[name]
  if (!object || typeof object !== 'object') throw new RefusalError(`"${name}" of the topology is no object.`)
  const geometries = object.type === 'GeometryCollection' ? object.geometries : [object]
  if (!Array.isArray(geometries)) throw new RefusalError(`The object "${name}" of the topology has no "geometries".`)
  return {
    format: 'TopoJSON',
    layer: name,
    fields: null,
    count: geometries.length,
    remarks: [],
    readCrs: () => readLegacyCrs(topology.crs),
    features: async function* () {
      const arcs = decodeArcs(topology)
      let ordinal = 0
      for (const geometry of geometries) yield toFeature(geometry as TopoGeometry, ++ordinal, arcs, topology)
    },
    close: async () => {},
  }
}

function chooseObject(names: readonly string[], layer: string | null): string {
  if (names.length === 0) throw new RefusalError('The topology has no objects.')
  if (layer !== null && !names.includes(layer)) {
    throw new RefusalError(`The file has no layer "${layer}". It has: ${names.join(', ')}.`)
  }
  if (layer === null && names.length > 1) {
    throw new RefusalError(`The file has several layers: ${names.join(', ')}. Say which one: --layer ${names[0]}`)
  }
  return layer ?? names[0]!
}

/** Arcs in the file's own grid: on it a collapsed ring is exactly collapsed. */
function decodeArcs({ arcs, transform }: Topology): Point[][] {
  return arcs.map((arc, index) => {
    if (!Array.isArray(arc)) throw new RefusalError(`Arc ${index} of the topology is not a list of positions.`)
    let x = 0
    let y = 0
    return arc.map((position: unknown) => {
      const [dx, dy] = Array.isArray(position) ? (position as Point) : [Number.NaN, Number.NaN]
      if (typeof dx !== 'number' || typeof dy !== 'number' || !Number.isFinite(dx) || !Number.isFinite(dy)) {
        throw new RefusalError(`Arc ${index} of the topology has a position that is not two numbers.`)
      }
      if (!transform) return [dx, dy]
      x += dx
      y += dy
      return [x, y]
    })
  })
}

function toFeature(geometry: TopoGeometry | null, ordinal: number, arcs: Point[][], topology: Topology): SourceFeature {
  const properties = geometry?.properties ?? {}
  const named = typeof properties === 'object' ? (properties as Record<string, unknown>) : {}
  const hasId = typeof geometry?.id === 'string' || typeof geometry?.id === 'number'
  const feature = { ordinal, properties: hasId && !('id' in named) ? { ...named, id: geometry.id } : named }
  try {
    const lost = { count: 0 }
    const shape = geometry ? decode(geometry, arcs, place(topology), lost) : null
    return { ...feature, geometry: shape, ...(lost.count > 0 && { lostCollapsed: true }) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { ...feature, geometry: null, defect: { reason: 'malformed', detail: error.message } }
  }
}

function place({ transform }: Topology): (point: Point) => Point {
  if (!transform) return (point) => point
  const { scale, translate } = transform
  return ([x, y]) => [x * scale[0] + translate[0], y * scale[1] + translate[1]]
}

function decode(geometry: TopoGeometry, arcs: Point[][], toWorld: (point: Point) => Point, lost: { count: number }): unknown {
  const list = (value: unknown): unknown[] => {
    if (!Array.isArray(value)) throw new RangeError('the arcs of the geometry are not a list')
    return value
  }
  const line = (indexes: unknown) => joinArcs(list(indexes), arcs).map(toWorld)
  const polygon = (rings: unknown) =>
    list(rings)
      .map((ring) => decodeRing(list(ring), arcs, lost))
      .filter((ring) => ring !== null)
      .map((ring) => ring.map(toWorld))
  switch (geometry.type) {
    case null:
    case undefined:
      return null
    case 'LineString':
      return { type: 'LineString', coordinates: line(geometry.arcs) }
    case 'MultiLineString':
      return { type: 'MultiLineString', coordinates: list(geometry.arcs).map(line) }
    case 'Polygon':
      return { type: 'Polygon', coordinates: polygon(geometry.arcs) }
    case 'MultiPolygon':
      return { type: 'MultiPolygon', coordinates: list(geometry.arcs).map(polygon) }
    default:
      return { type: geometry.type, coordinates: geometry.coordinates }
  }
}

/**
 * A ring, or null when it encloses nothing. Quantisation moves corners to a grid: a tiny ring becomes a point or a line, a
 * tiny dent becomes an arc that goes out and comes back the same way. Neither bounds any ground, so both are skipped and
 * counted; every other fault stays for the validity check to find.
 */
function decodeRing(indexes: unknown[], arcs: Point[][], lost: { count: number }): Point[] | null {
  const kept = indexes.filter((index) => !isCollapsed(readArc(index, arcs)))
  const ring = joinArcs(kept, arcs)
  if (ring.length < RING_POSITIONS || enclosesNothing(ring)) {
    lost.count++
    return null
  }
  lost.count += indexes.length - kept.length
  return ring
}

function isCollapsed(arc: Point[]): boolean {
  const first = arc[0]
  const last = arc[arc.length - 1]
  return !first || !last || (arc.length < RING_POSITIONS && first[0] === last[0] && first[1] === last[1])
}

function enclosesNothing(ring: Point[]): boolean {
  let doubled = 0
  for (let i = 1; i < ring.length; i++) doubled += ring[i - 1]![0] * ring[i]![1] - ring[i]![0] * ring[i - 1]![1]
  return doubled === 0
}

function joinArcs(indexes: unknown[], arcs: Point[][]): Point[] {
  const joined: Point[] = []
  for (const index of indexes) {
    const arc = readArc(index, arcs)
    const forward = (index as number) >= 0 ? arc : arc.toReversed()
    // the last position of an arc is the first of the next
    joined.push(...(joined.length > 0 ? forward.slice(1) : forward))
  }
  return joined
}

function readArc(index: unknown, arcs: Point[][]): Point[] {
  const arc = typeof index === 'number' ? arcs[index < 0 ? ~index : index] : undefined
  if (!arc) throw new RangeError(`the geometry uses arc ${String(index)}, which is not there`)
  return arc
}
