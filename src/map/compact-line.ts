import type { Position } from 'geojson'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const PRECISION = 1e6 // a tenth of a metre

/** Write lon/lat positions as a short text that needs no escaping in an address: signed differences of 1e-6°, five bits a letter. */
export function encodeLine(line: readonly Position[]): string {
  let text = ''
  let previous: [number, number] = [0, 0]
  for (const [lon = 0, lat = 0] of line) {
    const at: [number, number] = [Math.round(lon * PRECISION), Math.round(lat * PRECISION)]
    text += encodeNumber(at[0] - previous[0]) + encodeNumber(at[1] - previous[1])
    previous = at
  }
  return text
}

/** Read what `encodeLine` wrote; null when it is not that. */
export function decodeLine(text: string): Position[] | null {
  const numbers: number[] = []
  let value = 0
  let factor = 1
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter)
    if (digit < 0 || factor > 2 ** 40) return null
    value += (digit & 31) * factor
    factor *= 32
    if (digit < 32) {
      numbers.push(value % 2 === 0 ? value / 2 : -(value + 1) / 2)
      value = 0
      factor = 1
    }
  }
  if (factor !== 1 || numbers.length % 2 !== 0) return null
  const line: Position[] = []
  let lon = 0
  let lat = 0
  for (let i = 0; i < numbers.length; i += 2) {
    lon += numbers[i] ?? 0
    lat += numbers[i + 1] ?? 0
    line.push([lon / PRECISION, lat / PRECISION])
  }
  return line.every(([x = 0, y = 0]) => Math.abs(x) <= 180 && Math.abs(y) <= 90) ? line : null
}

function encodeNumber(signed: number): string {
  let value = signed < 0 ? -signed * 2 - 1 : signed * 2
  let text = ''
  while (value >= 32) {
    text += ALPHABET[32 + (value % 32)]
    value = Math.floor(value / 32)
  }
  return text + ALPHABET[value]
}
