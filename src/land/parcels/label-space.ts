import type { Point } from './plan-frame.ts'

/** A turned rectangle that a label takes: centre and half sizes in pixels, angle in radians clockwise. */
export interface Box {
  x: number
  y: number
  halfWidth: number
  halfHeight: number
  angle: number
}

/** What is taken on the sheet: labels and marks come in order of importance and take their place; later ones give way. */
export interface LabelSpace {
  /** Takes the box if it lies inside the sheet and touches nothing; says whether it did. */
  take(box: Box): boolean
  /** Takes the box in any case. */
  reserve(box: Box): void
  /** Keeps small labels off a line. */
  reserveLine(from: Point, to: Point, halfWidth: number): void
}

export function createLabelSpace(width: number, height: number): LabelSpace {
  const taken: Box[] = []
  return {
    take(box) {
      if (!listCorners(box).every(([x, y]) => x >= 3 && y >= 3 && x <= width - 3 && y <= height - 3)) return false
      if (taken.some((other) => doMeet(box, other))) return false
      taken.push(box)
      return true
    },
    reserve(box) {
      taken.push(box)
    },
    reserveLine([x1, y1], [x2, y2], halfWidth) {
      const angle = Math.atan2(y2 - y1, x2 - x1)
      taken.push({
        x: (x1 + x2) / 2,
        y: (y1 + y2) / 2,
        halfWidth: Math.hypot(x2 - x1, y2 - y1) / 2,
        halfHeight: halfWidth,
        angle,
      })
    },
  }
}

/** Width of a text in pixels, by the widths of Vazirmatn's letters: enough for keeping labels apart. */
export function estimateTextWidth(text: string, size: number): number {
  let ems = 0
  for (const letter of text) {
    if (/[\u200b-\u200f\u064b-\u0655]/.test(letter)) continue
    else if (/[۰-۹0-9]/.test(letter)) ems += 0.6
    else if (/[ .٫،·:]/.test(letter)) ems += 0.3
    else if (/[اإأآلارزوژدذ]/.test(letter)) ems += 0.36
    else if (/[سشصضکگفقبپتث]/.test(letter)) ems += 0.62
    else ems += 0.56
  }
  return ems * size
}

/** The angle at which a text along the direction stands upright to read, radians. */
export function keepUpright(angle: number): number {
  const half = Math.PI / 2
  // A line that runs straight up is read from its right side, like the margin of a sheet.
  if (angle > half - 1e-6) return angle - Math.PI
  if (angle < -half - 1e-6) return angle + Math.PI
  return angle
}

function listCorners({ x, y, halfWidth, halfHeight, angle }: Box): Point[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return ([[-1, -1], [1, -1], [1, 1], [-1, 1]] as const).map(([a, b]) => [
    x + a * halfWidth * cos - b * halfHeight * sin,
    y + a * halfWidth * sin + b * halfHeight * cos,
  ]) // prettier-ignore
}

/** Two turned rectangles meet unless an axis of one of them parts them. */
function doMeet(a: Box, b: Box): boolean {
  if (Math.hypot(a.x - b.x, a.y - b.y) > Math.hypot(a.halfWidth, a.halfHeight) + Math.hypot(b.halfWidth, b.halfHeight))
    return false
  const [cornersA, cornersB] = [listCorners(a), listCorners(b)]
  for (const angle of [a.angle, a.angle + Math.PI / 2, b.angle, b.angle + Math.PI / 2]) {
    const axis = [Math.cos(angle), Math.sin(angle)] as const
    const reach = (corners: Point[]) => corners.map(([x, y]) => x * axis[0] + y * axis[1])
    const [reachA, reachB] = [reach(cornersA), reach(cornersB)]
    if (Math.max(...reachA) < Math.min(...reachB) || Math.max(...reachB) < Math.min(...reachA)) return false
  }
  return true
}
