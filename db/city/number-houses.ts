import type { MadeBlock, MadeParcel } from './fill-block.ts'
import { ringCentroid } from './ring.ts'
import type { Site } from './site.ts'
import type { Street } from './street.ts'

export interface HouseNumber {
  street: Street
  number: number
}

/** House numbers along each street of a neighbourhood: odd on the left side of its direction, even on the right, rising with it. */
export function numberHouses(site: Site, blocks: MadeBlock[]): Map<MadeParcel, HouseNumber> {
  const byFrontage = new Map<string, { parcel: MadeParcel; street: Street; at: number; side: 0 | 1 }[]>()
  for (const block of blocks) {
    for (const parcel of block.parcels) {
      if (parcel.frontage < 0) continue
      const { street, side } = site.frontages[parcel.frontage]!
      const from = street.line[0] ?? [0, 0]
      const to = street.line[street.line.length - 1] ?? [1, 0]
      const [cx, cy] = ringCentroid(parcel.ring)
      const at = (cx - from[0]) * (to[0] - from[0]) + (cy - from[1]) * (to[1] - from[1])
      const key = `${street.id} ${side}`
      if (!byFrontage.has(key)) byFrontage.set(key, [])
      byFrontage.get(key)!.push({ parcel, street, at, side })
    }
  }
  const out = new Map<MadeParcel, HouseNumber>()
  for (const row of byFrontage.values()) {
    row.sort((p, q) => p.at - q.at)
    const { street, side } = row[0]!
    const { lastNumber } = street.record
    const first = Math.max(street.firstNumber + side, lastNumber[side] === 0 ? 0 : lastNumber[side] + 2)
    row.forEach(({ parcel }, i) => out.set(parcel, { street, number: first + 2 * i }))
    lastNumber[side] = first + 2 * (row.length - 1)
  }
  return out
}
