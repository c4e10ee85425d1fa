import pg from 'pg'
import { CATALOGUE } from '../../tiles/catalogue.ts'
import { composeTileStatement } from '../../tiles/statement.ts'
import { decodeTile, type DecodedFeature } from '../tiles/decode-tile.ts'
import { TILE_SESSION } from './tile-session.ts'
import { nameTile, type TileRequest } from './traffic/trace.ts'

/** Both servers draw the same, or the first thing in which they differ, in words. */
export interface Equivalence {
  tiles: number
  /** The first, and how many tiles differ (as far as was looked). */
  difference: string | null
  differences: number
}

const AT_ONCE = 4
/** Rounding may move a corner by one unit of the tile's grid, not more. */
const TOLERANCE = 1

/**
 * Fetch every tile from both servers, decode and compare: the same layers, ids and attributes, and shapes within one unit. Servers
 * that answer something else are not measured against each other: speed without the content means nothing.
 */
export function compareServers(tiles: readonly TileRequest[], first: string, second: string): Promise<Equivalence> {
  const both = (tile: TileRequest) => Promise.all([fetchTile(first, tile), fetchTile(second, tile)])
  return compareAll(tiles, both, true)
}

/** How many tiles of a server are not what the database says now, all of them looked at. */
export async function compareWithDatabase(url: string, tiles: readonly TileRequest[], template: string): Promise<Equivalence> {
  const pool = new pg.Pool({ connectionString: url, options: TILE_SESSION, max: AT_ONCE })
  const both = (tile: TileRequest) => Promise.all([renderTile(pool, tile), fetchTile(template, tile)])
  return compareAll(tiles, both, false).finally(() => pool.end())
}

async function compareAll(
  tiles: readonly TileRequest[],
  fetchBoth: (tile: TileRequest) => Promise<[Uint8Array, Uint8Array]>,
  isOneEnough: boolean,
): Promise<Equivalence> {
  const result: Equivalence = { tiles: 0, difference: null, differences: 0 }
  const queue = tiles.values()
  const work = async () => {
    for (const tile of queue) {
      if (isOneEnough && result.difference !== null) return
      const found = compareTiles(...(await fetchBoth(tile)))
      result.tiles++
      if (found === null) continue
      result.differences++
      result.difference ??= `${nameTile(tile)}: ${found}`
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return result
}

async function renderTile(pool: pg.Pool, { set: id, z, x, y }: TileRequest): Promise<Uint8Array> {
  const set = CATALOGUE.find((candidate) => candidate.id === id)!
  const statement = composeTileStatement(set, 'public', z)
  if (!statement) return new Uint8Array()
  const { rows } = await pool.query<{ tile: Buffer }>({ name: statement.name, text: statement.text, values: [z, x, y] })
  return rows[0]!.tile
}

/** The address of a tile from a template with `{set}/{z}/{x}/{y}`. */
export function fillTemplate(template: string, { set, z, x, y }: TileRequest): string {
  return template.replace('{set}', set).replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y))
}

/** The bytes of a tile, decompressed; none for 204, and for 404 of servers that answer so where nothing is. */
export async function fetchTile(template: string, tile: TileRequest): Promise<Uint8Array> {
  const answer = await fetch(fillTemplate(template, tile))
  if (answer.status === 204 || answer.status === 404) return new Uint8Array()
  if (!answer.ok) throw new Error(`${fillTemplate(template, tile)} answered ${answer.status}`)
  return answer.bytes()
}

/** The first difference between two tiles, or null. The order of layers and features, and where a ring begins, do not count. */
export function compareTiles(first: Uint8Array, second: Uint8Array): string | null {
  if (Buffer.compare(first, second) === 0) return null
  const [a, b] = [listLayers(first), listLayers(second)]
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [here, there] = [a.get(name), b.get(name)]
    if (!here || !there) return `layer ${name} only in the ${here ? 'first' : 'second'}`
    const difference = compareLayers(here, there)
    if (difference !== null) return `${name} ${difference}`
  }
  return null
}

function listLayers(bytes: Uint8Array): Map<string, DecodedFeature[]> {
  return new Map([...decodeTile(bytes)].filter(([, features]) => features.length > 0))
}

function compareLayers(first: DecodedFeature[], second: DecodedFeature[]): string | null {
  if (first.length !== second.length) {
    const only = findOnly(first, second) ?? findOnly(second, first)
    return `${first.length} features against ${second.length}${only === undefined ? '' : ` (such as id ${only})`}`
  }
  const [a, b] = [first, second].map((features) => features.toSorted(compareFeatures)) as [DecodedFeature[], DecodedFeature[]]
  for (const [index, here] of a.entries()) {
    const there = b[index]!
    if (here.id !== there.id) return `id ${Math.min(here.id ?? -1, there.id ?? -1)} only on one side`
    const attributes = compareAttributes(here.properties, there.properties)
    if (attributes !== null) return `id ${here.id}: ${attributes}`
    if (here.type !== there.type) return `id ${here.id}: ${here.type} against ${there.type}`
    const apart = measureApart(here, there)
    if (apart > TOLERANCE) return `id ${here.id}: shapes ${apart.toFixed(1)} units apart`
  }
  return null
}

function findOnly(first: DecodedFeature[], second: DecodedFeature[]): number | undefined {
  const ids = new Set(second.map((feature) => feature.id))
  return first.find((feature) => !ids.has(feature.id))?.id
}

/** By id; where several have the same, by attributes and place. */
function compareFeatures(a: DecodedFeature, b: DecodedFeature): number {
  if (a.id !== b.id) return (a.id ?? -1) - (b.id ?? -1)
  const [first, second] = [a, b].map((feature) => writeAttributes(feature.properties)) as [string, string]
  if (first !== second) return first < second ? -1 : 1
  const [p, q] = [a, b].map((feature) => findCorner(feature)) as [[number, number], [number, number]]
  // Rounding may have moved a corner: what is nearer than that has no order of its own along x.
  return Math.abs(p[0] - q[0]) > 2 * TOLERANCE ? p[0] - q[0] : p[1] - q[1]
}

function findCorner({ rings, extent }: DecodedFeature): [number, number] {
  const points = rings.flat()
  const least = (axis: 'x' | 'y') => points.reduce((low, point) => Math.min(low, point[axis]), Infinity) / extent
  return [least('x') * 4096, least('y') * 4096]
}

function compareAttributes(first: DecodedFeature['properties'], second: DecodedFeature['properties']): string | null {
  for (const name of new Set([...Object.keys(first), ...Object.keys(second)])) {
    if (first[name] !== second[name]) return `${name} is ${String(first[name])} against ${String(second[name])}`
  }
  return null
}

function writeAttributes(properties: DecodedFeature['properties']): string {
  return JSON.stringify(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** How far the worst corner of one shape lies from the other shape's line, either way, in units of the coarser grid. */
function measureApart(first: DecodedFeature, second: DecodedFeature): number {
  const extent = Math.min(first.extent, second.extent)
  const [a, b] = [first, second].map((feature) => scale(feature, extent / feature.extent)) as [Rings, Rings]
  if (JSON.stringify(a) === JSON.stringify(b)) return 0
  return Math.max(measureFrom(a, b, first.type), measureFrom(b, a, first.type))
}

type Rings = DecodedFeature['rings']

function scale({ rings }: DecodedFeature, by: number): Rings {
  return by === 1 ? rings : rings.map((ring) => ring.map(({ x, y }) => ({ x: x * by, y: y * by })))
}

function measureFrom(from: Rings, to: Rings, type: DecodedFeature['type']): number {
  let worst = 0
  for (const point of from.flat()) {
    let nearest = Infinity
    for (const ring of to) {
      for (const [index, end] of ring.entries()) {
        const start = type === 'Point' || index === 0 ? end : ring[index - 1]!
        nearest = Math.min(nearest, distanceToSegment(point, start, end))
      }
      if (nearest <= worst) break
    }
    worst = Math.max(worst, nearest)
  }
  return worst
}

function distanceToSegment(p: Rings[0][0], a: Rings[0][0], b: Rings[0][0]): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length))
  return Math.hypot(p.x - a.x - along * dx, p.y - a.y - along * dy)
}
