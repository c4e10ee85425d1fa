import { ALL_NAMES, FAMILIES, type Name } from './names.ts'
import type { Random } from './random.ts'

/** Forms of a public building's name by kind; {} stands for a name out of the families. */
const FORMS: Record<string, Name[]> = {
  barracks: [['پادگان {}', '{} Barracks']],
  cemetery: [['آرامستان {}', '{} Cemetery']],
  university: [
    ['دانشگاه {}', '{} University'],
    ['دانشکدهٔ فنی {}', '{} Technical College'],
    ['پژوهشکدهٔ {}', '{} Research Institute'],
  ],
  stadium: [['ورزشگاه {}', '{} Stadium']],
  hospital: [['بیمارستان {}', '{} Hospital']],
  terminal: [
    ['پایانهٔ {}', '{} Terminal'],
    ['انبار عمومی {}', '{} Warehouse'],
  ],
  park: [
    ['بوستان {}', '{} Park'],
    ['پارک {}', '{} Park'],
    ['باغ {}', '{} Garden'],
  ],
  'guest-house': [
    ['مهمان‌سرای {}', '{} Guest House'],
    ['اقامتگاه {}', '{} Lodge'],
  ],
  school: [
    ['دبستان {}', '{} Primary School'],
    ['دبیرستان {}', '{} High School'],
    ['هنرستان {}', '{} Vocational School'],
    ['مدرسهٔ {}', '{} School'],
  ],
  market: [
    ['بازار روز {}', '{} Market'],
    ['میدان میوه و تره‌بار {}', '{} Produce Market'],
  ],
  office: [
    ['ادارهٔ آب و فاضلاب {}', '{} Water Office'],
    ['ادارهٔ ثبت {}', '{} Registry Office'],
    ['کلانتری {}', '{} Police Station'],
    ['ادارهٔ پست {}', '{} Post Office'],
    ['ادارهٔ برق {}', '{} Power Office'],
    ['شهرداری ناحیهٔ {}', '{} Municipal Office'],
  ],
  'sports-hall': [
    ['سالن ورزشی {}', '{} Sports Hall'],
    ['استخر {}', '{} Pool'],
    ['زورخانهٔ {}', '{} Zurkhaneh'],
  ],
  parking: [['پارکینگ عمومی {}', '{} Car Park']],
  utility: [
    ['پست برق {}', '{} Substation'],
    ['ایستگاه گاز {}', '{} Gas Station'],
    ['مخزن آب {}', '{} Water Tank'],
    ['مرکز مخابرات {}', '{} Telephone Exchange'],
  ],
  'fire-station': [['ایستگاه آتش‌نشانی {}', '{} Fire Station']],
  library: [
    ['کتابخانهٔ {}', '{} Library'],
    ['فرهنگ‌سرای {}', '{} Cultural Centre'],
    ['سینما {}', '{} Cinema'],
  ],
  clinic: [
    ['درمانگاه {}', '{} Clinic'],
    ['مرکز بهداشت {}', '{} Health Centre'],
    ['دامپزشکی {}', '{} Veterinary Clinic'],
  ],
  mosque: [
    ['مسجد {}', '{} Mosque'],
    ['حسینیهٔ {}', '{} Hosseiniyeh'],
  ],
  monument: [
    ['خانهٔ تاریخی {}', '{} Historic House'],
    ['حمام {}', '{} Bathhouse'],
    ['کاروانسرای {}', '{} Caravanserai'],
    ['آب‌انبار {}', '{} Cistern'],
  ],
  bazaar: [['بازار {}', '{} Bazaar']],
  square: [['میدان {}', '{} Square']],
}

/** Kinds that bear the name of the neighbourhood they serve. */
const LOCAL = new Set(['office', 'clinic', 'fire-station', 'market', 'parking', 'utility', 'terminal', 'cemetery'])

/** A name for a public place, not among the `taken` ones of its neighbourhood (it is added to them). */
export function nameFacility(kind: string, areaM2: number, quarter: Name, taken: Set<string>, rnd: Random): Name {
  const forms = FORMS[kind] ?? [['{}', '{}'] as const]
  for (let attempt = 0; ; attempt++) {
    const form = kind === 'park' ? forms[areaM2 > 8000 ? 1 : 0]! : rnd.pick(forms)
    const isLocal = LOCAL.has(kind) && attempt < 4
    const [fa, en] = isLocal ? quarter : rnd.pick(familyOf(kind))
    const name = [form[0].replace('{}', fa), form[1].replace('{}', en)] as const
    if (taken.has(name[0]) && attempt < 40) continue
    taken.add(name[0])
    return name
  }
}

function familyOf(kind: string): readonly Name[] {
  if (kind === 'mosque') return [...FAMILIES.virtues, ...FAMILIES.crafts]
  if (kind === 'park') return [...FAMILIES.flowers, ...FAMILIES.trees, ...FAMILIES.sky]
  if (kind === 'monument') return [...FAMILIES.crafts, ...FAMILIES.virtues]
  return ALL_NAMES
}
