import { createRandom, mix } from './random.ts'
import { toMillimetre } from './ring.ts'
import type { Curve, Polyline } from './split.ts'

export type StreetClass = 'arterial-1' | 'arterial-2' | 'collector' | 'local' | 'alley' | 'pedestrian'
export interface RoadKind {
  class: StreetClass
  widthM: number
}
/** A radial line of the plan: from ring boundary `fromRing` outwards to `toRing`. */
export interface Radial {
  angle: number
  fromRing: number
  toRing: number
  key: number
  isPrimary: boolean
}
/**
 * The skeleton: rings of streets around a central square, radial streets between them, a river across one side and the madis that
 * leave it. Everything is a function of seed and size; nothing is stored per neighbourhood, so a city of any size needs no memory.
 */
export interface CityPlan {
  seed: number
  parcels: number
  /** Mean radius of the built city, metres. */
  radius: number
  /** Mean radii of the ring streets, from the square outwards; the last bounds the fields outside the belt road. */
  rings: number[]
  /** Number of the belt road in `rings`: what lies outside it is fields and orchards. */
  belt: number
  primary: number[]
  primaryCount: number
  river: Watercourse
  madis: Watercourse[]
  powerLine: Curve
  squareWidth: number
}
export interface Watercourse {
  key: number
  widthM: number
  curve: Curve
  fromX: number
  toX: number
}

/** Below this there is no room for a square, a core and a river. */
const LEAST_PARCELS = 100
/** Gross ground per parcel, streets, gardens and all, in m²: measured on the cities this generator makes; a fifth more in small ones. */
const GROSS_M2 = 510

export function createCityPlan(options: { parcels: number; seed: number }): CityPlan {
  const { seed } = options
  const parcels = Math.max(options.parcels, LEAST_PARCELS)
  const rnd = createRandom(seed, 1)
  const radius = Math.sqrt((parcels * (parcels < 2500 ? GROSS_M2 * 1.2 : GROSS_M2)) / Math.PI)
  const core = Math.min(Math.max(radius * 0.24, 120), 780)
  const spacing = Math.min(Math.max(radius * 0.38, 160), 830)
  const count = Math.max(1, Math.round((radius - core) / spacing))
  const square = Math.min(Math.max(radius * 0.024, 17), 40)
  const rings = [square, core]
  const weights = Array.from({ length: count }, () => rnd.between(0.8, 1.2))
  const total = weights.reduce((p, q) => p + q, 0)
  for (let k = 0; k < count; k++) rings.push(rings[rings.length - 1]! + ((radius - core) * weights[k]!) / total)
  const belt = rings.length - 1
  rings.push(radius + Math.min(Math.max(radius * 0.066, 90), 420))
  const primaryCount = radius < 700 ? 4 : 6
  const turn = rnd.between(0, 1)
  const primary = Array.from(
    { length: primaryCount },
    (_, i) => ((i + turn + rnd.between(-0.13, 0.13)) / primaryCount) * 2 * Math.PI,
  )
  const river = layRiver(seed, radius, rings)
  return {
    seed,
    parcels,
    radius,
    rings,
    belt,
    primary,
    primaryCount,
    river,
    madis: layMadis(seed, radius, river),
    powerLine: layPowerLine(seed, radius),
    squareWidth: square * 0.85,
  }
}

/** Point of ring boundary m (0 = the square) at an angle, with fraction f towards boundary m + 1. */
export function meshPoint(plan: CityPlan, m: number, f: number, angle: number): [number, number] {
  const inner = ringRadius(plan, m, angle)
  const r = f === 0 ? inner : inner + (ringRadius(plan, m + 1, angle) - inner) * f
  return warp(plan, r * Math.cos(angle), r * Math.sin(angle))
}

function ringRadius(plan: CityPlan, m: number, angle: number): number {
  const mean = plan.rings[m]!
  if (m === 0) return mean
  const isOuter = m >= plan.belt
  // The fields' edge bends with the belt road, so that the two never meet.
  if (m > plan.belt) {
    const breadth = 0.62 + 0.3 * Math.sin(2 * angle + plan.seed) + 0.34 * Math.sin(5 * angle + 1) * Math.sin(3 * angle)
    return ringRadius(plan, plan.belt, angle) + (mean - plan.rings[plan.belt]!) * Math.min(1.6, Math.max(0.6, breadth + 0.25))
  }
  const gap = Math.min(mean - plan.rings[m - 1]!, isOuter ? Infinity : plan.rings[m + 1]! - mean)
  const phase = (h: number) => ((mix(plan.seed * 31 + m * 101 + h * 7) >>> 8) / 16777216) * 2 * Math.PI
  const wave =
    Math.sin(2 * angle + phase(1)) * 0.5 + Math.sin(3 * angle + phase(2)) * 0.35 + Math.sin((5 + m) * angle + phase(3)) * 0.22
  return mean + wave * gap * (isOuter ? 0.24 : 0.15)
}

/** A slow bend of the whole plane: no ring is a circle and no radial quite straight. */
function warp(plan: CityPlan, x: number, y: number): [number, number] {
  const phase = (h: number) => ((mix(plan.seed * 17 + h) >>> 8) / 16777216) * 2 * Math.PI
  const long = plan.radius * 1.9
  const short = Math.min(plan.radius * 0.9, 2600)
  const fade = Math.min(1, Math.hypot(x, y) / (plan.rings[1]! * 1.5))
  const w = (2 * Math.PI) / long
  const v = (2 * Math.PI) / short
  const dx = Math.sin(y * w + phase(1)) * long * 0.03 + Math.sin(y * v + phase(2)) * short * 0.022
  const dy = Math.sin(x * w + phase(3)) * long * 0.03 + Math.sin(x * v + phase(4)) * short * 0.022
  return [toMillimetre(x + dx * fade), toMillimetre(y + dy * fade)]
}

/** The radial lines that part the neighbourhoods of ring k (between boundaries k and k + 1), by angle. */
export function radialsOfRing(plan: CityPlan, k: number): Radial[] {
  const out: Radial[] = []
  const last = plan.rings.length - 1
  for (let p = 0; p < plan.primaryCount; p++) {
    const angle = plan.primary[p]!
    const next = p + 1 < plan.primaryCount ? plan.primary[p + 1]! : plan.primary[0]! + 2 * Math.PI
    out.push({ angle, fromRing: 0, toRing: last, key: p, isPrimary: true })
    if (k === 0) continue
    const middle = (plan.rings[k]! + plan.rings[k + 1]!) / 2
    const arc = (next - angle) * middle
    const parts =
      k === plan.belt ? Math.max(2, Math.round(arc / 1300)) : Math.max(1, Math.round(arc / Math.min(1000, plan.radius * 0.5)))
    for (let i = 1; i < parts; i++) {
      const jitter = ((mix(plan.seed * 13 + k * 1009 + p * 131 + i) >>> 8) / 16777216 - 0.5) * 0.3
      out.push({
        angle: angle + ((next - angle) * (i + jitter)) / parts,
        fromRing: k,
        toRing: k + 1,
        key: 1000 + k * 1000 + p * 120 + i,
        isPrimary: false,
      })
    }
  }
  return out
}

/** Points of ring boundary m from one angle to a larger one. Both sides of the street ask for the same ones. */
export function ringLine(plan: CityPlan, m: number, from: number, to: number): Polyline {
  const nodes = new Set<number>([from, to])
  for (const k of [m - 1, m]) {
    if (k < 0 || k > plan.rings.length - 2) continue
    for (const radial of radialsOfRing(plan, k)) {
      for (const turn of [-2 * Math.PI, 0, 2 * Math.PI]) {
        const angle = radial.angle + turn
        if (angle > from + 1e-9 && angle < to - 1e-9) nodes.add(angle)
      }
    }
  }
  const sorted = [...nodes].sort((p, q) => p - q)
  const line: Polyline = []
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [a, b] = [sorted[i]!, sorted[i + 1]!]
    const steps = Math.max(1, Math.ceil(((b - a) * plan.rings[m]!) / Math.min(65, 6 + plan.rings[m]! * 0.13)))
    for (let s = 0; s < steps; s++) line.push(meshPoint(plan, m, 0, a + ((b - a) * s) / steps))
  }
  line.push(meshPoint(plan, m, 0, to))
  return line
}

/** Points of a radial from boundary k outwards to k + 1. */
export function radialLine(plan: CityPlan, k: number, angle: number): Polyline {
  const size = plan.rings[k + 1]! - plan.rings[k]!
  const steps = Math.max(2, Math.ceil(size / 80))
  const line: Polyline = []
  for (let s = 0; s < steps; s++) line.push(meshPoint(plan, k, s / steps, angle))
  line.push(meshPoint(plan, k + 1, 0, angle))
  return line
}

/** Class and width of ring street m. */
export function ringRoad(plan: CityPlan, m: number): RoadKind {
  if (m === 0) return { class: 'arterial-2', widthM: plan.squareWidth }
  const small = plan.radius < 700
  if (m > plan.belt) return { class: 'local', widthM: 8 }
  if (m === plan.belt) return { class: 'arterial-1', widthM: small ? 30 : 40 }
  if (m === 1) return { class: 'arterial-2', widthM: small ? 18 : 24 }
  if (m % 3 === 0) return { class: 'arterial-1', widthM: 36 }
  return { class: 'arterial-2', widthM: 20 + (m % 2) * 6 }
}
/** Class and width of a radial in ring k. */
export function radialRoad(plan: CityPlan, radial: Radial, k: number): RoadKind {
  const pick = mix(plan.seed * 7 + radial.key * 29) >>> 4
  if (k === plan.belt && !radial.isPrimary) return { class: 'local', widthM: 8 }
  if (radial.isPrimary) {
    if (k === 0) return radial.key % 2 === 0 ? { class: 'arterial-2', widthM: 20 } : { class: 'collector', widthM: 14 }
    if (plan.radius < 700) return { class: 'arterial-2', widthM: 24 }
    return radial.key % 2 === 0
      ? { class: 'arterial-1', widthM: radial.key === 0 ? 45 : 35 }
      : { class: 'arterial-2', widthM: 30 }
  }
  return pick % 3 === 0 ? { class: 'collector', widthM: 16 } : { class: 'arterial-2', widthM: pick % 3 === 1 ? 18 : 22 }
}

/** The river keeps to the middle of one ring of neighbourhoods, so that no ring street runs along its bed. */
function layRiver(seed: number, radius: number, rings: number[]): Watercourse {
  const middles = rings.slice(1, -2).map((inner, i) => (inner + rings[i + 2]!) / 2)
  const away = middles.reduce((p, q) => (Math.abs(q - radius * 0.74) < Math.abs(p - radius * 0.74) ? q : p))

  const phase = ((mix(seed * 3 + 5) >>> 8) / 16777216) * 2 * Math.PI
  const height = (x: number) =>
    -away +
    Math.sin(x / (radius * 0.62) + phase) * Math.min(radius * 0.07, 420) +
    Math.sin(x / 310 + phase * 2) * Math.min(26, radius * 0.02)
  return {
    key: 0,
    widthM: radius < 700 ? 30 : 46,
    fromX: -radius * 1.5,
    toX: radius * 1.5,
    curve: { ox: 0, oy: 0, ux: Math.cos(0.12), uy: Math.sin(0.12), step: 24, height },
  }
}

/**
 * Madis leave the river upstream (west), outside the town, each at its own angle, and bend back until they run along with it.
 * The one that reaches farthest leaves farthest upstream, so that they never cross. No slope in a madi's own frame passes 0.4.
 */
function layMadis(seed: number, radius: number, river: Watercourse): Watercourse[] {
  const count = radius < 700 ? 1 : Math.max(2, Math.min(9, Math.round(radius / 1000)))
  return Array.from({ length: count }, (_, i) => {
    const rnd = createRandom(seed, 40, i)
    const share = count === 1 ? 0.12 : i / (count - 1)
    const away = -radius * (1.16 + 0.22 * share)
    const { curve } = river
    const [ox, oy] = [away * curve.ux - curve.height(away) * curve.uy, away * curve.uy + curve.height(away) * curve.ux]
    const angle = Math.atan2(curve.uy, curve.ux) + 0.3 + 0.62 * share + rnd.between(-0.04, 0.04)
    const bend = rnd.between(0.075, 0.1) / radius
    const phase = rnd.between(0, 6)
    const wave = (x: number) =>
      Math.sin(x / (radius * 0.33) + phase) * Math.min(radius * 0.02, 120) +
      Math.sin(x / 170 + phase) * Math.min(7, radius * 0.008)
    const height = (x: number) => wave(x) - wave(0) - bend * x * x
    return {
      key: i + 1,
      widthM: 5.6,
      fromX: 0,
      toX: radius * 2.9,
      curve: { ox, oy, ux: Math.cos(angle), uy: Math.sin(angle), step: curve.step, height },
    }
  })
}

function layPowerLine(seed: number, radius: number): Curve {
  const angle = 1.25 + ((mix(seed * 5 + 9) >>> 8) / 16777216 - 0.5) * 0.3
  return { ox: radius * 0.74, oy: 0, ux: Math.cos(angle), uy: Math.sin(angle), step: 1e7, height: () => 0 }
}
