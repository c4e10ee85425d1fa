import type { RowSink } from './copy-rows.ts'
import { syntheticLegalId, syntheticNationalId } from './identify.ts'
import type { MadeParcel } from './fill-block.ts'
import { toPersianDigits } from './names.ts'
import type { Random } from './random.ts'

/** Serials given out so far, and the public bodies that own public ground. */
export interface Owners {
  natural: number
  legal: number
  bodies: Map<string, number>
  /** The last property, waiting for a second parcel of its own. */
  openProperty: number | null
}
const MOST_NATURAL = 1_990_000
const GIVEN = [
  'نرگس',
  'آرش',
  'مینا',
  'بهرام',
  'پونه',
  'سیاوش',
  'لاله',
  'کاوه',
  'نسترن',
  'فرهاد',
  'سوسن',
  'کیوان',
  'ترمه',
  'بیژن',
  'رها',
  'مهرداد',
  'شیرین',
  'پویا',
  'گلناز',
  'یاشار',
  'سپیده',
  'دارا',
  'مهتاب',
  'هومن',
]
// Surnames say of themselves that nobody bears them.
const FAMILY = ['نمونه‌پور', 'نمونه‌زاده', 'نمونه‌نژاد', 'نمونه‌فر', 'نمونه‌کار', 'نمونه‌راد', 'نمونه‌دوست', 'نمونه‌منش']
const BODIES: Record<string, string> = {
  GRN: 'شهرداری زرین‌شهر (نمونه)',
  TRN: 'شهرداری زرین‌شهر (نمونه)',
  UEQ: 'شهرداری زرین‌شهر (نمونه)',
  NAT: 'شرکت آب منطقه‌ای (نمونه)',
  BUF: 'شرکت برق (نمونه)',
  EDU: 'آموزش و پرورش (نمونه)',
  HED: 'دانشگاه (نمونه)',
  ADM: 'دستگاه‌های اداری (نمونه)',
  SPO: 'ادارهٔ ورزش (نمونه)',
  HLT: 'دانشگاه علوم پزشکی (نمونه)',
  CUL: 'ادارهٔ فرهنگ (نمونه)',
  REL: 'ادارهٔ اوقاف (نمونه)',
  UTL: 'شرکت‌های خدمات شهری (نمونه)',
  MIL: 'نیروهای مسلح (نمونه)',
}

/** A property on the parcel (now and then on two), its owners with exact shares. Identifiers cannot belong to anyone. */
export function writeOwners(
  sink: RowSink,
  state: { municipalityId: number; owners: Owners },
  rnd: Random,
  parcelId: number,
  parcel: MadeParcel,
): void {
  const { owners, municipalityId } = state
  if (owners.openProperty !== null && parcel.use === 'RES') {
    sink.add('property_parcels', owners.openProperty, parcelId)
    owners.openProperty = null
    return
  }
  const property = sink.nextId('properties')
  sink.add('properties', property, municipalityId, `M-${String(property).padStart(7, '0')}`)
  sink.add('property_parcels', property, parcelId)
  const right = (party: number, kind: string, top: number, bottom: number) =>
    sink.add('rights', sink.nextId('rights'), property, party, kind, top, bottom)
  const body = BODIES[parcel.use]
  if (body) {
    right(bodyParty(sink, owners, body), parcel.use === 'REL' ? 'endowment' : 'ownership', 1, 1)
    return
  }
  if (parcel.use === 'RES' && rnd.chance(0.01)) owners.openProperty = property
  if ((parcel.use === 'IND' || parcel.use === 'COM' || parcel.use === 'TOU') && rnd.chance(parcel.use === 'IND' ? 0.7 : 0.12)) {
    right(company(sink, owners), 'ownership', 1, 1)
    return
  }
  const roll = rnd.next()
  // Shares in sixths (دانگ) or as inheritance leaves them.
  const shares: [number, number][] =
    roll < 0.72
      ? [[1, 1]]
      : roll < 0.88
        ? [
            [3, 6],
            [3, 6],
          ]
        : roll < 0.94
          ? [
              [2, 6],
              [4, 6],
            ]
          : roll < 0.98
            ? [
                [1, 8],
                [7, 20],
                [7, 20],
                [7, 40],
              ]
            : [
                [1, 6],
                [1, 6],
                [2, 6],
                [2, 6],
              ]
  for (const [top, bottom] of shares) right(person(sink, owners, rnd), 'ownership', top, bottom)
  if (parcel.use === 'COM' && rnd.chance(0.05)) right(person(sink, owners, rnd), 'lease', 1, 1)
}

/** A new synthetic person, or one who owns something already. */
function person(sink: RowSink, owners: Owners, rnd: Random): number {
  if (owners.natural >= MOST_NATURAL || (owners.natural > 50 && rnd.chance(0.07)))
    return PERSON_IDS + rnd.whole(1, owners.natural)
  const serial = ++owners.natural
  const name = `${rnd.pick(GIVEN)} ${rnd.pick(FAMILY)} ${toPersianDigits(String(serial))}`
  sink.add('parties', PERSON_IDS + serial, 'natural', name, syntheticNationalId(serial))
  return PERSON_IDS + serial
}
/** Persons are numbered after the companies' range, so that an earlier one can be named without keeping a list. */
const PERSON_IDS = 1_000_000
function company(sink: RowSink, owners: Owners): number {
  const serial = ++owners.legal
  sink.add('parties', serial, 'legal', `شرکت نمونهٔ ${toPersianDigits(String(serial))}`, syntheticLegalId(serial))
  return serial
}
function bodyParty(sink: RowSink, owners: Owners, name: string): number {
  const known = owners.bodies.get(name)
  if (known) return known
  const serial = ++owners.legal
  sink.add('parties', serial, 'legal', name, syntheticLegalId(serial))
  owners.bodies.set(name, serial)
  return serial
}
