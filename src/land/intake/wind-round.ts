type Position = readonly number[]
type Ring = readonly Position[]

/**
 * Does a polygon whose rings cross themselves hold a point, by the winding rule: the direction a ring takes at its topmost
 * corner counts as round its ground, and only what is wound that way is inside. It is how the geometry libraries' `buffer(0)`
 * reads such rings; loops that turn the other way count as slips of the pen.
 * @param polygons rings of a MultiPolygon, shell first, each closed
 */
export function isWoundRound(polygons: readonly (readonly Ring[])[], [x, y]: readonly [number, number]): boolean {
  let depth = 0
  for (const [shell, ...holes] of polygons) {
    if (!shell) continue
    depth += turns(shell, x, y) * direction(shell)
    for (const hole of holes) depth -= turns(hole, x, y) * direction(hole)
  }
  return depth >= 1
}

/** How often the ring goes round the point, counter-clockwise positive. */
function turns(ring: Ring, x: number, y: number): number {
  let count = 0
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = ring[i - 1] as [number, number]
    const [bx, by] = ring[i] as [number, number]
    if (ay <= y ? by <= y : by > y) continue
    const side = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
    if (by > ay && side > 0) count++
    else if (by < ay && side < 0) count--
  }
  return count
}

/** 1 counter-clockwise, -1 clockwise, judged at the topmost corner; a spike there (out and back) is looked past. */
function direction(ring: Ring): 1 | -1 {
  const corners = ring.slice(1).filter((corner, i) => !isSame(corner, ring[i]!))
  for (;;) {
    const count = corners.length
    if (count < 3) return 1
    let top = 0
    for (let i = 1; i < count; i++) if (corners[i]![1]! > corners[top]![1]!) top = i
    const before = corners[(top - 1 + count) % count]!
    const after = corners[(top + 1) % count]!
    if (!isSame(before, after)) return turnsLeft(before, corners[top]!, after) ? 1 : -1
    corners.splice(top, 1)
    corners.splice(corners.indexOf(after), 1)
  }
}

function isSame(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/** At the topmost corner; on a flat top the ring runs counter-clockwise when it comes from the east. */
function turnsLeft(before: Position, top: Position, after: Position): boolean {
  const [px, py] = before as [number, number]
  const [tx, ty] = top as [number, number]
  const [nx, ny] = after as [number, number]
  const turn = (tx - px) * (ny - ty) - (nx - tx) * (ty - py)
  return turn === 0 ? px > nx : turn > 0
}
