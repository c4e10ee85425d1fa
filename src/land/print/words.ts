import type { Locale } from '../../kernel/numbers.ts'

/** The words of a printed sheet. It is made on the server, where the pages' message files are not. */
const WORDS = {
  map: { fa: 'نقشهٔ شهر', en: 'City map' },
  scale: { fa: 'مقیاس', en: 'Scale' },
  legend: { fa: 'راهنما', en: 'Legend' },
  north: { fa: 'شمال شبکه', en: 'Grid north' },
  metre: { fa: 'متر', en: 'm' },
  kilometre: { fa: 'کیلومتر', en: 'km' },
  crs: { fa: 'دستگاه مختصات', en: 'Coordinates' },
  grid: { fa: 'فاصلهٔ شبکه', en: 'Grid spacing' },
  convergence: { fa: 'همگرایی شبکه', en: 'Convergence' },
  scaleFactor: { fa: 'ضریب مقیاس', en: 'Scale factor' },
  printedOn: { fa: 'تاریخ چاپ', en: 'Printed on' },
  dataOf: { fa: 'تاریخ داده', en: 'Data of' },
  source: { fa: 'منبع', en: 'Source' },
  sourceOfMunicipality: { fa: 'پایگاه زمین برزن', en: 'Barzan land register' },
  synthetic: { fa: 'دادهٔ نمونه: این شهر ساختگی است', en: 'Sample data: this city is synthetic' },
  notice: { fa: 'این نقشه سند مالکیت نیست.', en: 'This map is not a title deed.' },
  preparedBy: { fa: 'تهیه', en: 'Prepared by' },
  approvedBy: { fa: 'تأیید', en: 'Approved by' },
  selected: { fa: 'ملک برگزیده', en: 'Chosen parcel' },
  buildings: { fa: 'ساختمان', en: 'Building' },
  water: { fa: 'آب', en: 'Water' },
  streetLines: { fa: 'بر اصلاحی طرح', en: 'Street line of the plan' },
  buffers: { fa: 'حریم', en: 'Buffer' },
  zones: { fa: 'مرز پهنه', en: 'Zone boundary' },
  findings: { fa: 'هم‌پوشانی دو ملک', en: 'Overlap of two parcels' },
  RES1: { fa: 'مسکونی، تراکم کم', en: 'Residential, low density' },
  RES2: { fa: 'مسکونی، تراکم متوسط', en: 'Residential, medium density' },
  RES3: { fa: 'مسکونی، تراکم زیاد', en: 'Residential, high density' },
  NONE: { fa: 'کاربری نامعلوم', en: 'Land use not known' },
} as const satisfies Record<string, { fa: string; en: string }>

export type Word = keyof typeof WORDS

export function say(word: Word, locale: Locale): string {
  return WORDS[word][locale]
}
export function isWord(word: string): word is Word {
  return word in WORDS
}
