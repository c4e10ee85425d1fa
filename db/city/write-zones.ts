import type { RowSink } from './copy-rows.ts'
import { multiPolygonHex, ringPolygon } from './ewkb.ts'
import type { MadeBlock } from './fill-block.ts'
import type { Site } from './site.ts'
import type { CityState } from './write-neighbourhood.ts'

const PLAN = 'طرح تفصیلی نمونه، ۱۴۰۱'
const ZONES: Record<string, [code: string, nameFa: string, nameEn: string]> = {
  R11: ['R11', 'مسکونی با تراکم کم', 'Residential, low density'],
  R12: ['R12', 'مسکونی با تراکم متوسط', 'Residential, medium density'],
  R13: ['R13', 'مسکونی با تراکم زیاد', 'Residential, high density'],
  M11: ['M11', 'مختلط در محورهای اصلی', 'Mixed use along main streets'],
  S21: ['S21', 'خدمات عمومی', 'Public services'],
  S31: ['S31', 'کار و تولید', 'Work and production'],
  G11: ['G11', 'باغ و فضای سبز', 'Gardens and green space'],
  H11: ['H11', 'بافت تاریخی', 'Historic fabric'],
}
/** So many neighbouring blocks make one plan unit. */
const BLOCKS_PER_UNIT = 9

/** Plan units (پهنه) of a neighbourhood: neighbouring blocks of like purpose. A few are left out: the plan does not cover everything. */
export function writeZones(sink: RowSink, state: CityState, site: Site, blocks: MadeBlock[]): void {
  const open = new Map<string, MadeBlock[]>()
  const flush = (code: string, members: MadeBlock[]) => {
    if (members.length === 0 || site.rnd.chance(0.06)) return
    const [, nameFa, nameEn] = ZONES[code]!
    sink.add(
      'plan_units',
      sink.nextId('plan_units'),
      state.municipalityId,
      code,
      nameFa,
      nameEn,
      PLAN,
      multiPolygonHex(members.flatMap((block) => block.rings.map((ring) => ringPolygon(ring)))),
    )
  }
  for (const block of blocks) {
    const code = zoneOf(site, block)
    if (!code) continue
    // A strip may border the block behind it: two parts of one unit must not share an edge.
    if (block.zone === 'strip') {
      flush(code, [block])
      continue
    }
    const members = open.get(code) ?? []
    members.push(block)
    open.set(code, members)
    if (members.length < BLOCKS_PER_UNIT) continue
    flush(code, members)
    open.set(code, [])
  }
  for (const [code, members] of open) flush(code, members)
}

function zoneOf(site: Site, block: MadeBlock): string | null {
  const area: Record<string, number> = {}
  let widest = 0
  for (const parcel of block.parcels) {
    area[parcel.use] = (area[parcel.use] ?? 0) + 1
    if (parcel.frontage >= 0) widest = Math.max(widest, site.frontages[parcel.frontage]!.street.widthM)
  }
  const [use] = Object.entries(area).reduce((p, q) => (q[1] > p[1] ? q : p))
  if (use === 'NAT' || use === 'BUF') return null
  if (block.zone === 'core') return 'H11'
  if (use === 'AGR' || use === 'GRN') return 'G11'
  if (use === 'IND') return 'S31'
  if (use === 'COM' || use === 'MIX' || (widest >= 30 && use === 'RES')) return 'M11'
  if (use !== 'RES' && use !== 'VAC') return 'S21'
  return block.zone === 'villa' || block.zone === 'garden'
    ? 'R11'
    : block.zone === 'planned' || block.zone === 'estate'
      ? 'R13'
      : 'R12'
}
