import type { Position } from 'geojson'
import type { NamedLine, NamedPoint } from './queries.ts'

/** A text on the map: its middle in millimetres of the frame, its turn in degrees clockwise, its size in points. */
export interface Label {
  text: string
  x: number
  y: number
  turn: number
  size: number
  style: 'street' | 'water' | 'number' | 'place' | 'quarter' | 'zone' | 'selected'
}
interface Room {
  width: number
  height: number
}
const MM_PER_POINT = 0.3528

/** Takes what fits: a label whole within the frame and clear of those taken before it. */
export interface LabelBoard {
  labels: Label[]
  /** Keep a place free of labels. */
  reserve(x: number, y: number, halfWidth: number, halfHeight: number): void
  /** Whether the label found room. */
  add(label: Label): boolean
}

export function createLabelBoard(room: Room): LabelBoard {
  const labels: Label[] = []
  const taken: { x: number; y: number; halfWidth: number; halfHeight: number }[] = []
  return {
    labels,
    reserve: (x, y, halfWidth, halfHeight) => taken.push({ x, y, halfWidth, halfHeight }),
    add(label) {
      const { width, height } = measureText(label.text, label.size)
      const [cos, sin] = [Math.cos((label.turn * Math.PI) / 180), Math.sin((label.turn * Math.PI) / 180)]
      const { x, y } = label
      const halfWidth = (Math.abs(cos) * width + Math.abs(sin) * height) / 2
      const halfHeight = (Math.abs(sin) * width + Math.abs(cos) * height) / 2
      if (x - halfWidth < 1 || y - halfHeight < 1 || x + halfWidth > room.width - 1 || y + halfHeight > room.height - 1)
        return false
      // A slanting name is a row of small boxes, so that its empty corners stay free.
      const steps = Math.max(1, Math.round(width / height))
      const boxes = Array.from({ length: steps }, (_, i) => {
        const along = ((i + 0.5) / steps - 0.5) * width
        const half = height / 2 + 0.2
        return {
          x: x + cos * along,
          y: y + sin * along,
          halfWidth: Math.max(half, (Math.abs(cos) * width) / steps / 2),
          halfHeight: half,
        }
      })
      const isBlocked = boxes.some((box) =>
        taken.some(
          (other) =>
            Math.abs(other.x - box.x) < other.halfWidth + box.halfWidth &&
            Math.abs(other.y - box.y) < other.halfHeight + box.halfHeight,
        ),
      )
      if (isBlocked) return false
      taken.push(...boxes)
      labels.push(label)
      return true
    },
  }
}

/** Room a text needs, millimetres: a little more than Vazirmatn's average letter. */
export function measureText(text: string, size: number): Room {
  return { width: [...text].length * size * 0.52 * MM_PER_POINT, height: size * 1.25 * MM_PER_POINT }
}

/** Where along its stretch a name is tried, in shares of the stretch: a bend or another name may stand in the middle. */
const SHIFTS = [0, 0.12, -0.12, 0.25, -0.25, 0.38, -0.38]
/** How straight the line must be under a name: chord to length. */
const STRAIGHT = 0.96

/** Place a name along its line, upright to read, at most every `repeatMm`; nothing where the line is too short or bends. */
export function placeAlongLine(
  board: LabelBoard,
  line: NamedLine,
  text: string,
  size: number,
  style: Label['style'],
  repeatMm: number,
): void {
  const length = measureCourse(line.course)
  const { width } = measureText(text, size)
  const count = Math.max(1, Math.floor(length / repeatMm))
  for (let i = 0; i < count; i++) {
    for (const shift of SHIFTS) {
      const middle = ((i + 0.5 + shift) / count) * length
      if (middle - width / 2 < 0 || middle + width / 2 > length) continue
      const from = walkCourse(line.course, middle - width / 2)
      const to = walkCourse(line.course, middle + width / 2)
      const chord = Math.hypot(to[0]! - from[0]!, to[1]! - from[1]!)
      if (chord < width * STRAIGHT) continue
      let turn = (Math.atan2(to[1]! - from[1]!, to[0]! - from[0]!) * 180) / Math.PI
      if (turn > 90) turn -= 180
      if (turn <= -90) turn += 180
      if (board.add({ text, x: (from[0]! + to[0]!) / 2, y: (from[1]! + to[1]!) / 2, turn, size, style })) break
    }
  }
}

/** Place a name at its point. */
export function placeAtPoint(
  board: LabelBoard,
  point: NamedPoint,
  text: string,
  size: number,
  style: Label['style'],
  below = 0,
): boolean {
  return board.add({ text, x: point.x, y: point.y + below, turn: 0, size, style })
}

function measureCourse(course: Position[]): number {
  return course.slice(1).reduce((sum, point, i) => sum + Math.hypot(point[0]! - course[i]![0]!, point[1]! - course[i]![1]!), 0)
}

function walkCourse(course: Position[], distance: number): Position {
  let left = distance
  for (let i = 1; i < course.length; i++) {
    const [from, to] = [course[i - 1]!, course[i]!]
    const step = Math.hypot(to[0]! - from[0]!, to[1]! - from[1]!)
    if (left <= step && step > 0)
      return [from[0]! + ((to[0]! - from[0]!) * left) / step, from[1]! + ((to[1]! - from[1]!) * left) / step]
    left -= step
  }
  return course.at(-1)!
}
