import { Problem } from './problem.ts'

/** A box in degrees. */
export type Bbox = [west: number, south: number, east: number, north: number]

/** Latitude where web Mercator ends. */
const MERCATOR_END = 85.06

/** `west,south,east,north` in degrees. Throws `bad-bbox` with what is wrong. */
export function readBbox(text: string): Bbox {
  const parts = text.split(',').map((part) => part.trim())
  const numbers = parts.map(Number)
  if (parts.length !== 4 || parts.some((part) => part === '' || part.length > 30) || !numbers.every(Number.isFinite)) {
    throw badBbox(
      'bbox چهار عدد با ویرگول است: غرب,جنوب,شرق,شمال، مانند 51.36,32.38,51.38,32.40.',
      'bbox is four numbers with commas: west,south,east,north, like 51.36,32.38,51.38,32.40.',
    )
  }
  const [west, south, east, north] = numbers as Bbox
  if (Math.abs(west) > 180 || Math.abs(east) > 180 || Math.abs(south) > 90 || Math.abs(north) > 90) {
    throw badBbox(
      'bbox باید به درجه باشد: طول از ۱۸۰- تا ۱۸۰ و عرض از ۹۰- تا ۹۰.',
      'bbox must be in degrees: longitude -180 to 180, latitude -90 to 90.',
    )
  }
  if (west > east || south > north) {
    throw badBbox(
      'در bbox غرب باید کوچک‌تر از شرق و جنوب کوچک‌تر از شمال باشد.',
      'In bbox west must not exceed east, nor south north.',
    )
  }
  return [west, Math.max(south, -MERCATOR_END), east, Math.min(north, MERCATOR_END)]
}

function badBbox(fa: string, en: string): Problem {
  return new Problem('bad-bbox', [{ at: 'bbox', fa, en }])
}
