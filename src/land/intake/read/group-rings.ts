type Ring = number[][]

/**
 * Rings of a shapefile polygon as polygons: outer rings run clockwise, holes the other way, and a hole belongs to the
 * smallest outer ring round it. A ring that cannot be placed becomes a polygon of its own: nothing is dropped, and the
 * validity check judges the result.
 */
export function groupRings(rings: readonly Ring[]): Ring[][] {
  const measured = rings.map((ring) => ({ ring, area: signedArea(ring) }))
  // area is negative for clockwise rings in a plane whose y runs up
  const outers = measured
    .filter(({ area }) => area <= 0)
    .map((outer) => ({ ...outer, box: findBox(outer.ring), holes: [] as Ring[] }))
  const holes = measured.filter(({ area }) => area > 0)
  if (outers.length === 0) return holes.map(({ ring }) => [ring])
  const strays: Ring[][] = []
  for (const { ring } of holes) {
    const home = outers.length === 1 ? outers[0] : findHome(ring, outers)
    if (home) home.holes.push(ring)
    else strays.push([ring])
  }
  return [...outers.map(({ ring, holes: inner }) => [ring, ...inner]), ...strays]
}

type Outer = { ring: Ring; area: number; box: number[]; holes: Ring[] }

function findHome(hole: Ring, outers: readonly Outer[]): Outer | null {
  let home: Outer | null = null
  for (const outer of outers) {
    if (home && Math.abs(outer.area) >= Math.abs(home.area)) continue
    if (isInside(hole, outer)) home = outer
  }
  return home
}

/** By the first corner of the hole that is clearly inside or outside; a hole may touch its outer ring at corners. */
function isInside(hole: Ring, outer: Outer): boolean {
  const [west, south, east, north] = outer.box as [number, number, number, number]
  if (hole.some(([x, y]) => x! < west || x! > east || y! < south || y! > north)) return false
  const corner = hole.find(([x, y]) => !outer.ring.some((point) => point[0] === x && point[1] === y))
  return corner ? crossesOdd(corner, outer.ring) : true
}

function crossesOdd(point: number[], ring: Ring): boolean {
  const [x, y] = point as [number, number]
  let isOdd = false
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = ring[i - 1] as [number, number]
    const [bx, by] = ring[i] as [number, number]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isOdd = !isOdd
  }
  return isOdd
}

function findBox(ring: Ring): number[] {
  const box = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of ring) {
    box[0] = Math.min(box[0]!, x!)
    box[1] = Math.min(box[1]!, y!)
    box[2] = Math.max(box[2]!, x!)
    box[3] = Math.max(box[3]!, y!)
  }
  return box
}

/** Relative to the first corner, so that large coordinates do not eat the digits. */
function signedArea(ring: Ring): number {
  const [ox, oy] = (ring[0] ?? [0, 0]) as [number, number]
  let doubled = 0
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = ring[i - 1] as [number, number]
    const [bx, by] = ring[i] as [number, number]
    doubled += (ax - ox) * (by - oy) - (bx - ox) * (ay - oy)
  }
  return doubled / 2
}
