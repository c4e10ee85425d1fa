import type { Position } from 'geojson'
import { createLabelSpace, estimateTextWidth, keepUpright, type LabelSpace } from './label-space.ts'
import type { PlanFrame, Point } from './plan-frame.ts'
import type { ParcelPlan } from './types.ts'

/** A text on the plan: its middle in pixels, its turn in degrees clockwise. */
export interface PlanLabel {
  kind: 'side' | 'corner' | 'street' | 'water' | 'neighbour' | 'building' | 'detail'
  text: string
  x: number
  y: number
  turn: number
  size: number
  /** From a short side to its length, written where there is room. */
  leader?: { from: Point; to: Point }
}

/** How the plan's texts read in a language. */
export interface PlanWords {
  length(lengthM: number): string
  number(ordinal: number): string
  street(street: ParcelPlan['streets'][number]): string
  water(water: ParcelPlan['water'][number]): string
  neighbour(neighbour: ParcelPlan['neighbours'][number]): string
  building(building: ParcelPlan['buildings'][number]): { name: string; detail: string | null }
}

/** Sheets keep these places free: north arrow, scale bar. Pixels from the top left. */
export interface KeepFree {
  x: number
  y: number
  width: number
  height: number
}

const SIZE = { side: 15, corner: 14, street: 14, water: 13, neighbour: 12, building: 14, detail: 12 } as const
const MAX_LENGTHS = 40

/**
 * Places the texts of a survey plan so that none lies on another, on the boundary or off the sheet, the most needed first:
 * corners, side lengths, building, streets, water, neighbours.
 */
export function labelPlan(plan: ParcelPlan, frame: PlanFrame, words: PlanWords, keepFree: KeepFree[]): PlanLabel[] {
  const space = createLabelSpace(frame.width, frame.height)
  const labels: PlanLabel[] = []
  for (const { x, y, width, height } of keepFree)
    space.reserve({ x: x + width / 2, y: y + height / 2, halfWidth: width / 2, halfHeight: height / 2, angle: 0 })
  const outline = plan.parcel.map((polygon) => (polygon[0] ?? []).map((at) => frame.toSheet(at)))
  for (const ring of outline) for (let i = 1; i < ring.length; i++) space.reserveLine(ring[i - 1]!, ring[i]!, 2)

  labels.push(...labelCorners(plan, frame, words, space, outline))
  labels.push(...labelSides(plan, frame, words, space, outline))
  for (const building of plan.buildings.filter(({ onParcel }) => onParcel)) {
    const at = findMiddle((building.rings[0]?.[0] ?? []).map((point) => frame.toSheet(point)))
    if (!at) continue
    const { name, detail } = words.building(building)
    if (put(labels, space, 'building', name, at, 0) && detail) put(labels, space, 'detail', detail, [at[0], at[1] + 20], 0)
  }
  for (const street of plan.streets) labelLine(labels, space, 'street', words.street(street), street.lines, frame)
  for (const water of plan.water) labelLine(labels, space, 'water', words.water(water), water.rings.flat(), frame)
  for (const neighbour of plan.neighbours) {
    const name = words.neighbour(neighbour)
    const [x, y] = frame.toSheet(neighbour.at)
    // A plot too small for its own number leaves it out.
    if (measureWidth(neighbour.rings, frame) < estimateTextWidth(name, SIZE.neighbour)) continue
    if (name) for (const dy of [0, 14, -14, 28, -28]) if (put(labels, space, 'neighbour', name, [x, y + dy], 0)) break
  }
  return labels
}

function labelCorners(plan: ParcelPlan, frame: PlanFrame, words: PlanWords, space: LabelSpace, outline: Point[][]): PlanLabel[] {
  const labels: PlanLabel[] = []
  const corners = plan.corners.map(({ ordinal, at }) => ({ ordinal, at: frame.toSheet(at) }))
  for (const { at } of corners) space.reserve({ x: at[0], y: at[1], halfWidth: 6, halfHeight: 6, angle: 0 })
  for (const [i, { ordinal, at }] of corners.entries()) {
    const before = corners.at(i - 1)!.at
    const after = corners[(i + 1) % corners.length]!.at
    const out = pointOutward(before, at, after, outline)
    for (const turn of [0, 0.6, -0.6, 1.1, -1.1]) {
      const direction = Math.atan2(out[1], out[0]) + turn
      if (
        put(
          labels,
          space,
          'corner',
          words.number(ordinal),
          [at[0] + Math.cos(direction) * 17, at[1] + Math.sin(direction) * 17],
          0,
        )
      )
        break
    }
  }
  return labels
}

function labelSides(plan: ParcelPlan, frame: PlanFrame, words: PlanWords, space: LabelSpace, outline: Point[][]): PlanLabel[] {
  const labels: PlanLabel[] = []
  const longest = [...plan.sides].sort((a, b) => b.lengthM - a.lengthM).slice(0, MAX_LENGTHS)
  for (const side of longest) {
    const [from, to] = [frame.toSheet(side.from), frame.toSheet(side.to)]
    const length = Math.hypot(to[0] - from[0], to[1] - from[1])
    const middle: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
    const along = Math.atan2(to[1] - from[1], to[0] - from[0])
    const text = words.length(side.lengthM)
    const out = isInside([middle[0] - Math.sin(along) * 3, middle[1] + Math.cos(along) * 3], outline)
      ? along - Math.PI / 2
      : along + Math.PI / 2
    const width = estimateTextWidth(text, SIZE.side)
    let isPlaced = false
    if (width + 10 <= length) {
      // Outside along the side; if a neighbouring text stands there, a little along, and at last inside.
      for (const [away, shift] of [[14, 0], [14, 0.18], [14, -0.18], [-14, 0], [-14, 0.18], [-14, -0.18]] as const) {
        const at: Point = [middle[0] + Math.cos(out) * away + Math.cos(along) * shift * length, middle[1] + Math.sin(out) * away + Math.sin(along) * shift * length]
        if ((isPlaced = put(labels, space, 'side', text, at, keepUpright(along)))) break
      } // prettier-ignore
    }
    for (const away of isPlaced ? [] : [30, 42, 56, 72]) {
      for (const turn of [0, 0.5, -0.5, 0.9, -0.9]) {
        const direction = out + turn
        const at: Point = [middle[0] + Math.cos(direction) * away, middle[1] + Math.sin(direction) * away]
        if (!put(labels, space, 'side', text, at, 0)) continue
        const reach = away - Math.min(width / 2, 12) - 2
        labels.at(-1)!.leader = {
          from: middle,
          to: [middle[0] + Math.cos(direction) * reach, middle[1] + Math.sin(direction) * reach],
        }
        isPlaced = true
        break
      }
      if (isPlaced) break
    }
  }
  return labels
}

/** A name along the longest straight piece that lies on the sheet; tries along the piece until there is room. */
function labelLine(
  labels: PlanLabel[],
  space: LabelSpace,
  kind: 'street' | 'water',
  text: string,
  lines: Position[][],
  frame: PlanFrame,
): void {
  if (!text) return
  const pieces = lines
    .flatMap((line) => line.slice(1).map((at, i) => clipToSheet(frame.toSheet(line[i]!), frame.toSheet(at), frame)))
    .filter((piece) => piece !== null)
    .sort((a, b) => measure(b) - measure(a))
  const width = estimateTextWidth(text, SIZE[kind])
  for (const [from, to] of pieces) {
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) < width + 8) return
    const angle = keepUpright(Math.atan2(to[1] - from[1], to[0] - from[0]))
    for (const part of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]) {
      for (const away of [0, 15, -15]) {
        const at: Point = [
          from[0] + (to[0] - from[0]) * part - Math.sin(angle) * away,
          from[1] + (to[1] - from[1]) * part + Math.cos(angle) * away,
        ]
        if (put(labels, space, kind, text, at, angle)) return
      }
    }
  }
}

function put(
  labels: PlanLabel[],
  space: LabelSpace,
  kind: PlanLabel['kind'],
  text: string,
  [x, y]: Point,
  angle: number,
): boolean {
  const size = SIZE[kind]
  if (!space.take({ x, y, halfWidth: estimateTextWidth(text, size) / 2 + 2, halfHeight: size * 0.6, angle })) return false
  labels.push({ kind, text, x, y, turn: (angle * 180) / Math.PI, size })
  return true
}

function pointOutward(before: Point, at: Point, after: Point, outline: Point[][]): Point {
  const unit = (to: Point): Point => {
    const length = Math.hypot(to[0] - at[0], to[1] - at[1]) || 1
    return [(to[0] - at[0]) / length, (to[1] - at[1]) / length]
  }
  const [a, b] = [unit(before), unit(after)]
  const sum: Point = [a[0] + b[0], a[1] + b[1]]
  const direction: Point = Math.hypot(...sum) < 0.05 ? [-a[1], a[0]] : [sum[0] / Math.hypot(...sum), sum[1] / Math.hypot(...sum)]
  return isInside([at[0] + direction[0] * 4, at[1] + direction[1] * 4], outline) ? [-direction[0], -direction[1]] : direction
}

function isInside([x, y]: Point, rings: Point[][]): boolean {
  let inside = false
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[xi, yi], [xj, yj]] = [ring[i]!, ring[j]!]
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
    }
  }
  return inside
}

/** A point well inside a ring: of a few across its height, the middle of the widest chord. */
function findMiddle(ring: Point[]): Point | null {
  const ys = ring.map(([, y]) => y)
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)]
  let best: { at: Point; width: number } | null = null
  for (const part of [0.5, 0.35, 0.65]) {
    const y = top + (bottom - top) * part
    const crossings = ring
      .slice(1)
      .flatMap(([x2, y2], i) => {
        const [x1, y1] = ring[i]!
        return y1 > y !== y2 > y ? [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)] : []
      })
      .sort((a, b) => a - b)
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const width = crossings[i + 1]! - crossings[i]!
      if (!best || width > best.width * 1.15) best = { at: [(crossings[i]! + crossings[i + 1]!) / 2, y], width }
    }
  }
  return best?.at ?? null
}

function measureWidth(polygons: Position[][][], frame: PlanFrame): number {
  const xs = polygons.flat(2).map((at) => frame.toSheet(at)[0])
  return Math.max(...xs) - Math.min(...xs)
}

function measure([from, to]: readonly [Point, Point]): number {
  return Math.hypot(to[0] - from[0], to[1] - from[1])
}

/** The part of a segment that lies on the sheet (Liang–Barsky), or null. */
function clipToSheet(from: Point, to: Point, { width, height }: PlanFrame): readonly [Point, Point] | null {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  let [start, end] = [0, 1]
  for (const [p, q] of [[-dx, from[0]], [dx, width - from[0]], [-dy, from[1]], [dy, height - from[1]]] as const) {
    if (p === 0 && q < 0) return null
    if (p < 0) start = Math.max(start, q / p)
    if (p > 0) end = Math.min(end, q / p)
  } // prettier-ignore
  if (start >= end) return null
  return [[from[0] + dx * start, from[1] + dy * start], [from[0] + dx * end, from[1] + dy * end]] // prettier-ignore
}
