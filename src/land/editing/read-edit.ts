import type { LineString, MultiPolygon, Polygon, Position } from 'geojson'
import { Problem } from '../../kernel/problem.ts'
import { badGeometry, readMeasured, readPolygon } from '../parcels/read-geometry.ts'
import { LAND_USES, type LandUse } from '../parcels/types.ts'
import type { Box } from './choose-cells.ts'
import { FARTHEST_DEG, MOST_PARCELS } from './limits.ts'
import type { Density } from './types.ts'

/** What a PATCH asks for; what is undefined stays as it is. */
export interface Change {
  landUse?: LandUse | null
  residentialDensity?: Density
  geometry?: Polygon | MultiPolygon
}

/** Check the body of a PATCH. Throws `bad-request` or `bad-geometry` with what is wrong. */
export function readChange(body: unknown): Change {
  const fields = readFields(body, ['landUse', 'residentialDensity', 'geometry'])
  if (Object.keys(fields).length === 0) {
    throw badRequest(
      'body',
      'بفرستید چه چیزی عوض شود: landUse، geometry یا هر دو.',
      'Say what to change: landUse, geometry, or both.',
    )
  }
  const change: Change = {}
  if ('landUse' in fields) change.landUse = readLandUse(fields.landUse)
  if ('residentialDensity' in fields) {
    const density = fields.residentialDensity
    if (density !== null && density !== 1 && density !== 2 && density !== 3) {
      throw badRequest(
        'residentialDensity',
        '«residentialDensity» باید ۱ (کم)، ۲ (متوسط)، ۳ (زیاد) یا null باشد.',
        '"residentialDensity" must be 1 (low), 2 (medium), 3 (high) or null.',
      )
    }
    change.residentialDensity = density
  }
  if ('geometry' in fields) change.geometry = readPolygon(fields.geometry)
  return change
}

/** Check the body of a split. Throws `bad-request` or `bad-geometry`. */
export function readSplit(body: unknown): { parcel: string; line: LineString } {
  const { parcel, line } = readFields(body, ['parcel', 'line'])
  const code = readCode('parcel', parcel)
  const shape = readMeasured(line)
  if (shape.type !== 'LineString') throw badGeometry('خط برش باید LineString باشد.', 'The line must be a LineString.')
  if (shape.coordinates.every(([lon, lat]) => lon === shape.coordinates[0]![0] && lat === shape.coordinates[0]![1])) {
    throw badGeometry('خط برش درازا ندارد.', 'The line has no length.')
  }
  return { parcel: code, line: shape }
}

/** Check the body of a merge. `landUse` is undefined when it is not given. Throws `bad-request`. */
export function readMerge(body: unknown): { parcels: string[]; landUse?: LandUse | null } {
  const fields = readFields(body, ['parcels', 'landUse'])
  const { parcels } = fields
  if (!Array.isArray(parcels) || parcels.length < 2 || parcels.length > MOST_PARCELS) {
    throw badRequest(
      'parcels',
      `«parcels» باید کد ۲ تا ${MOST_PARCELS} ملک باشد.`,
      `"parcels" must hold the codes of 2 to ${MOST_PARCELS} parcels.`,
    )
  }
  return {
    parcels: parcels.map((code) => readCode('parcels', code)),
    ...('landUse' in fields && { landUse: readLandUse(fields.landUse) }),
  }
}

/** Throws `unprocessable` when a drawn position is so far from the parcels' boxes (degrees) that it must be a mistake. */
export function requireNear(positions: readonly Position[], boxes: readonly Box[]): void {
  const west = Math.min(...boxes.map((box) => box[0])) - FARTHEST_DEG
  const south = Math.min(...boxes.map((box) => box[1])) - FARTHEST_DEG
  const east = Math.max(...boxes.map((box) => box[2])) + FARTHEST_DEG
  const north = Math.max(...boxes.map((box) => box[3])) + FARTHEST_DEG
  const far = positions.find(([lon, lat]) => lon! < west || lon! > east || lat! < south || lat! > north)
  if (!far) return
  throw new Problem('unprocessable', [
    {
      at: 'geometry',
      fa: `نقطهٔ [${far[0]}، ${far[1]}] از ملک بیش از اندازه دور است؛ ترتیب باید [طول، عرض] باشد.`,
      en: `The position [${far[0]}, ${far[1]}] is too far from the parcel; the order is [longitude, latitude].`,
    },
  ])
}

function readFields(body: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('body', 'متن درخواست باید یک شیء JSON باشد.', 'The body must be a JSON object.')
  }
  const other = Object.keys(body).find((name) => !known.includes(name))
  if (other !== undefined) {
    throw badRequest(
      other.slice(0, 60),
      `«${other.slice(0, 60)}» شناخته نیست؛ فقط ${known.join('، ')}.`,
      `"${other.slice(0, 60)}" is not known; only ${known.join(', ')}.`,
    )
  }
  return body as Record<string, unknown>
}

function readCode(at: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 100 && !value.includes('\0')) return value
  throw new Problem('bad-code', [{ at, fa: `«${at}» باید کد ملک باشد.`, en: `"${at}" must be a parcel code.` }])
}

function readLandUse(value: unknown): LandUse | null {
  if (value === null || LAND_USES.some((code) => code === value)) return value as LandUse | null
  throw badRequest(
    'landUse',
    `«landUse» باید یکی از این‌ها باشد: ${LAND_USES.join('، ')}، یا null (نامعلوم).`,
    `"landUse" must be one of: ${LAND_USES.join(', ')}, or null (not known).`,
  )
}

function badRequest(at: string, fa: string, en: string): Problem {
  return new Problem('bad-request', [{ at, fa, en }])
}
