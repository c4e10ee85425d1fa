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
  projection: { fa: 'ضریب و همگرایی', en: 'Factor, convergence' },
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
  streetLines: { fa: 'بر اصلاحی', en: 'Planned line' },
  buffers: { fa: 'حریم', en: 'Buffer' },
  zones: { fa: 'مرز پهنه', en: 'Zone' },
  findings: { fa: 'هم‌پوشانی', en: 'Overlap' },
  // Land uses as a legend has room for them; the resolution's own names are longer.
  RES1: { fa: 'مسکونی کم', en: 'Residential, low' },
  RES2: { fa: 'مسکونی متوسط', en: 'Residential, mid' },
  RES3: { fa: 'مسکونی زیاد', en: 'Residential, high' },
  HED: { fa: 'آموزش عالی', en: 'Higher education' },
  EDU: { fa: 'آموزشی', en: 'Education' },
  ADM: { fa: 'اداری', en: 'Administration' },
  COM: { fa: 'تجاری', en: 'Commerce' },
  SPO: { fa: 'ورزشی', en: 'Sports' },
  HLT: { fa: 'درمانی', en: 'Health' },
  CUL: { fa: 'فرهنگی', en: 'Culture' },
  GRN: { fa: 'فضای سبز', en: 'Green space' },
  REL: { fa: 'مذهبی', en: 'Religious' },
  UEQ: { fa: 'تجهیزات', en: 'Equipment' },
  UTL: { fa: 'تأسیسات', en: 'Utilities' },
  TRN: { fa: 'حمل‌ونقل', en: 'Transport' },
  MIL: { fa: 'نظامی', en: 'Military' },
  AGR: { fa: 'باغ و کشاورزی', en: 'Farmland' },
  HER: { fa: 'تاریخی', en: 'Heritage' },
  NAT: { fa: 'طبیعی', en: 'Natural' },
  BUF: { fa: 'حریم', en: 'Buffer' },
  TOU: { fa: 'تفریحی', en: 'Leisure' },
  IND: { fa: 'صنعتی', en: 'Industry' },
  MIX: { fa: 'مختلط', en: 'Mixed' },
  VAC: { fa: 'بایر', en: 'Vacant' },
  NONE: { fa: 'کاربری نامعلوم', en: 'Use not known' },
} as const satisfies Record<string, { fa: string; en: string }>

export type Word = keyof typeof WORDS

export function say(word: Word, locale: Locale): string {
  return WORDS[word][locale]
}
