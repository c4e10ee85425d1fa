import { ringArea, toMillimetre, type Ring } from './ring.ts'

export type Polyline = [number, number][]
export interface Split {
  left: Ring[]
  right: Ring[]
  /** Where the line ran through the ring, in its own direction; the tag says what its two ends met. */
  chords: { line: Polyline; fromTag: number; toTag: number }[]
}
/** A cut passes through a vertex that is nearer than this, instead of making a second one beside it. */
const SNAP_M = 0.06
/** Rings smaller than this are rounding, not land. */
const NOTHING_M2 = 0.02

/** Cut a ring along a straight line through (ox, oy) in unit direction (ux, uy). New edges are tagged by the side they bound. */
export function splitByLine(
  ring: Ring,
  ox: number,
  oy: number,
  ux: number,
  uy: number,
  tagLeft: number,
  tagRight: number,
): Split {
  const { x, y, tag } = ring
  const n = x.length
  const distance = new Array<number>(n)
  let lastClear = -1
  for (let i = 0; i < n; i++) {
    distance[i] = (y[i]! - oy) * ux - (x[i]! - ox) * uy
    if (Math.abs(distance[i]!) >= SNAP_M) lastClear = i
  }
  if (lastClear < 0) return { left: [ring], right: [], chords: [] }
  const isLeft = new Array<boolean>(n)
  const isSnapped = new Array<boolean>(n).fill(false)
  let positive = 0
  for (let k = 1, side = distance[lastClear]! > 0; k <= n; k++) {
    const i = (lastClear + k) % n
    if (Math.abs(distance[i]!) >= SNAP_M) side = distance[i]! > 0
    else {
      // Where the ring passes the line at a vertex, it passes through that vertex. Where it only touches, the true side counts.
      let ahead = i
      while (Math.abs(distance[ahead]!) < SNAP_M) ahead = (ahead + 1) % n
      isSnapped[i] = distance[ahead]! > 0 !== side
    }
    isLeft[i] = Math.abs(distance[i]!) >= SNAP_M || isSnapped[i] || distance[i] === 0 ? side : distance[i]! > 0
    if (isLeft[i]) positive++
  }
  if (positive === n) return { left: [ring], right: [], chords: [] }
  if (positive === 0) return { left: [], right: [ring], chords: [] }

  const crossings: { edge: number; x: number; y: number; t: number }[] = []
  const crossingOnEdge = new Array<number>(n).fill(-1)
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n
    const a = distance[i]!
    const b = distance[j]!
    if (isLeft[i] === isLeft[j]) continue
    let px: number
    let py: number
    if (isSnapped[i]) [px, py] = [x[i]!, y[i]!]
    else {
      const f = a / (a - b)
      px = toMillimetre(x[i]! + (x[j]! - x[i]!) * f)
      py = toMillimetre(y[i]! + (y[j]! - y[i]!) * f)
    }
    crossingOnEdge[i] = crossings.length
    crossings.push({ edge: i, x: px, y: py, t: (px - ox) * ux + (py - oy) * uy })
  }
  const order = crossings.map((_, i) => i).sort((p, q) => crossings[p]!.t - crossings[q]!.t || p - q)
  const partner = new Array<number>(crossings.length)
  const chords: Split['chords'] = []
  for (let k = 0; k + 1 < order.length; k += 2) {
    const a = order[k]!
    const b = order[k + 1]!
    partner[a] = b
    partner[b] = a
    const [p, q] = [crossings[a]!, crossings[b]!]
    chords.push({
      line: [
        [p.x, p.y],
        [q.x, q.y],
      ],
      fromTag: tag[p.edge]!,
      toTag: tag[q.edge]!,
    })
  }
  const trace = (wantsLeft: boolean, chordTag: number): Ring[] => {
    const rings: Ring[] = []
    const used = new Array<boolean>(crossings.length).fill(false)
    for (let start = 0; start < crossings.length; start++) {
      const enters = isLeft[(crossings[start]!.edge + 1) % n] === wantsLeft
      if (!enters || used[start]) continue
      const out: Ring = { x: [], y: [], tag: [] }
      const push = (px: number, py: number, t: number) => {
        const last = out.x.length - 1
        if (last >= 0 && out.x[last] === px && out.y[last] === py) out.tag[last] = t
        else {
          out.x.push(px)
          out.y.push(py)
          out.tag.push(t)
        }
      }
      let at = start
      do {
        used[at] = true
        const entry = crossings[at]!
        push(entry.x, entry.y, tag[entry.edge]!)
        let i = (entry.edge + 1) % n
        while (crossingOnEdge[i] === -1) {
          push(x[i]!, y[i]!, tag[i]!)
          i = (i + 1) % n
        }
        push(x[i]!, y[i]!, tag[i]!)
        const leave = crossingOnEdge[i]!
        push(crossings[leave]!.x, crossings[leave]!.y, chordTag)
        at = partner[leave]!
      } while (at !== start && !used[at])
      while (out.x.length > 1 && out.x[0] === out.x[out.x.length - 1] && out.y[0] === out.y[out.y.length - 1]) {
        out.x.pop()
        out.y.pop()
        out.tag.pop()
      }
      if (out.x.length >= 3 && ringArea(out) > NOTHING_M2) rings.push(out)
    }
    return rings
  }
  return { left: trace(true, tagLeft), right: trace(false, tagRight), chords }
}

/** A gentle curve y = height(x) in a frame turned by (ux, uy) around (ox, oy), straight between knots every `step` metres. */
export interface Curve {
  ox: number
  oy: number
  ux: number
  uy: number
  step: number
  height(x: number): number
}

/**
 * Cut along a curve shifted sideways by `offset` metres: in the sheared frame (x, y - height(x)) the curve is a straight line,
 * and the shear is linear between knots, so that nothing but a straight cut is ever needed.
 */
export function splitByCurve(ring: Ring, curve: Curve, offset: number, tagLeft: number, tagRight: number): Split {
  const sheared: Ring = { x: [], y: [], tag: [] }
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n
    const [ax, ay] = toFrame(curve, ring.x[i]!, ring.y[i]!)
    const [bx, by] = toFrame(curve, ring.x[j]!, ring.y[j]!)
    push(sheared, ax, ay - heightAt(curve, ax), ring.tag[i]!)
    for (const knot of knotsBetween(curve, ax, bx)) {
      const y = ay + ((by - ay) * (knot - ax)) / (bx - ax)
      push(sheared, knot, y - curve.height(knot), ring.tag[i]!)
    }
  }
  const cut = splitByLine(sheared, 0, offset, 1, 0, CHORD, CHORD)
  return {
    left: cut.left.map((r) => unshear(curve, r, offset, tagLeft)),
    right: cut.right.map((r) => unshear(curve, r, offset, tagRight)),
    chords: cut.chords.map((chord) => ({ ...chord, line: curveLine(curve, chord.line[0]![0], chord.line[1]![0], offset) })),
  }
}

/** Marks the edges a cut has made until they have followed its curve. */
const CHORD = -99

/** Points of the shifted curve between two places of its frame, knots included. */
export function curveLine(curve: Curve, fromX: number, toX: number, offset: number): Polyline {
  return [fromX, ...knotsBetween(curve, fromX, toX), toX].map((x) => fromFrame(curve, x, heightAt(curve, x) + offset))
}

export function heightAt(curve: Curve, x: number): number {
  const k = Math.floor(x / curve.step)
  const low = curve.height(k * curve.step)
  const f = x / curve.step - k
  return f === 0 ? low : low + (curve.height((k + 1) * curve.step) - low) * f
}

function unshear(curve: Curve, ring: Ring, offset: number, chordTag: number): Ring {
  const out: Ring = { x: [], y: [], tag: [] }
  const n = ring.x.length
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n
    const [ax, ay] = [ring.x[i]!, ring.y[i]!]
    const [px, py] = fromFrame(curve, ax, ay + heightAt(curve, ax))
    const isOnCut = ring.tag[i] === CHORD
    push(out, px, py, isOnCut ? chordTag : ring.tag[i]!)
    if (!isOnCut) continue
    for (const knot of knotsBetween(curve, ax, ring.x[j]!)) {
      const [kx, ky] = fromFrame(curve, knot, curve.height(knot) + offset)
      push(out, kx, ky, chordTag)
    }
  }
  return out
}

function* knotsBetween(curve: Curve, from: number, to: number): Generator<number> {
  const { step } = curve
  const near = 0.05
  if (to > from) for (let k = Math.floor(from / step) + 1; k * step < to - near; k++) if (k * step > from + near) yield k * step
  if (to < from) for (let k = Math.ceil(from / step) - 1; k * step > to + near; k--) if (k * step < from - near) yield k * step
}
function toFrame(c: Curve, x: number, y: number): [number, number] {
  return [(x - c.ox) * c.ux + (y - c.oy) * c.uy, (y - c.oy) * c.ux - (x - c.ox) * c.uy]
}
function fromFrame(c: Curve, x: number, y: number): [number, number] {
  return [toMillimetre(c.ox + x * c.ux - y * c.uy), toMillimetre(c.oy + x * c.uy + y * c.ux)]
}
function push(ring: Ring, x: number, y: number, tag: number): void {
  ring.x.push(x)
  ring.y.push(y)
  ring.tag.push(tag)
}
