import { mix, type Random } from './random.ts'

export type Name = readonly [fa: string, en: string]
/** Names by family: flowers, trees, poets and scholars of old, virtues, crafts, places, birds and sky. No person of today. */
export const FAMILIES = {
  flowers: list(
    'نرگس Narges|لاله Laleh|یاس Yas|نسترن Nastaran|بنفشه Banafsheh|سوسن Susan|ارغوان Arghavan|شقایق Shaghayegh|اقاقیا Aghaghia|پونه Puneh|نیلوفر Nilufar|مریم Maryam|یاسمن Yasaman|زنبق Zanbagh|میخک Mikhak|رازقی Razeghi|اطلسی Atlasi|داوودی Davudi|شب‌بو Shabbu|همیشه‌بهار Hamisheh Bahar|گل‌سرخ Gol Sorkh|محمدی Mohammadi|ترمه Termeh|ریحان Reyhan|آلاله Alaleh|مینا Mina|کوکب Kokab|نسرین Nasrin|شمعدانی Shamdani|سنبل Sonbol',
  ),
  trees: list(
    'چنار Chenar|سرو Sarv|صنوبر Senobar|بید Bid|گردو Gerdu|زیتون Zeytun|انار Anar|سیب Sib|کاج Kaj|افرا Afra|بلوط Balut|نارون Narvan|توت Tut|بادام Badam|سنجد Senjed|پسته Pesteh|شمشاد Shemshad|سپیدار Sepidar|به Beh|زردآلو Zardalu|انجیر Anjir|نخل Nakhl|آزاد Azad|ون Van|داغداغان Daghdaghan|گیلاس Gilas|زالزالک Zalzalak|زبان‌گنجشک Zaban Gonjeshk',
  ),
  poets: list(
    'حافظ Hafez|سعدی Saadi|فردوسی Ferdowsi|خیام Khayyam|مولوی Molavi|نظامی Nezami|عطار Attar|سنایی Sanai|رودکی Rudaki|جامی Jami|صائب Saeb|کلیم Kalim|وحشی Vahshi|هاتف Hatef|باباطاهر Baba Taher|خاقانی Khaghani|ناصرخسرو Naser Khosrow|منوچهری Manuchehri|فرخی Farrokhi|عنصری Onsori|انوری Anvari|رابعه Rabeeh|پروین Parvin|بیدل Bidel|عبید Obeyd|دقیقی Daghighi|شهریار Shahriyar|محتشم Mohtasham',
  ),
  scholars: list(
    'ابن‌سینا Ebn Sina|رازی Razi|بیرونی Biruni|فارابی Farabi|خوارزمی Kharazmi|شیخ بهایی Sheykh Bahai|خواجه نصیر Khajeh Nasir|ملاصدرا Molla Sadra|میرداماد Mirdamad|سهروردی Sohrevardi|غزالی Ghazali|بیهقی Beyhaghi|خواجوی Khajui|بوزجانی Buzjani|کاشانی Kashani|جرجانی Jorjani|ابوریحان Abureyhan|کمال‌الملک Kamal ol-Molk|بهزاد Behzad|رضا عباسی Reza Abbasi|معمار Memar|میرعماد Miremad|فیض Feyz|طبری Tabari',
  ),
  virtues: list(
    'امید Omid|مهر Mehr|آزادگان Azadegan|وحدت Vahdat|سعادت Saadat|ایثار Isar|صداقت Sedaghat|محبت Mohabbat|عدالت Edalat|پیروزی Piruzi|بهار Bahar|آرامش Aramesh|دوستی Dusti|همت Hemmat|کوشش Kushesh|فرزانگان Farzanegan|دانش Danesh|معلم Moallem|هنر Honar|اندیشه Andisheh|رسالت Resalat|استقلال Esteghlal|آزادی Azadi|جمهوری Jomhuri|انقلاب Enghelab|شکوفه Shokufeh|میثاق Misagh|ایمان Iman|توحید Towhid|نور Nur|فجر Fajr|قدس Ghods|معراج Meraj|گلستان Golestan|بوستان Bustan|پردیس Pardis|رضوان Rezvan|کوثر Kowsar|فردوس Ferdows',
  ),
  crafts: list(
    'مسگران Mesgaran|قلم‌زنان Ghalamzanan|بافندگان Bafandegan|نجاران Najjaran|آهنگران Ahangaran|زرگران Zargaran|عطاران Attaran|کوزه‌گران Kuzegaran|رنگرزان Rangrazan|نمدمالان Namadmalan|چیت‌سازان Chitsazan|حلاجان Hallajan|کفاشان Kaffashan|بزازان Bazzazan|صباغان Sabbaghan|سراجان Sarrajan|نانوایان Nanvayan|علافان Allafan|گیوه‌دوزان Givehduzan|شعربافان Sharbafan|خراطان Kharratan|شیشه‌گران Shishegaran',
  ),
  places: list(
    'زاینده‌رود Zayandehrud|سپاهان Sepahan|نقش جهان Naghsh-e Jahan|چهارباغ Chaharbagh|هشت‌بهشت Hasht Behesht|لنجان Lenjan|الوند Alvand|دماوند Damavand|دنا Dena|سهند Sahand|سبلان Sabalan|زاگرس Zagros|البرز Alborz|اشترانکوه Oshtorankuh|بینالود Binalud|کارون Karun|ارس Aras|هامون Hamun|ایران Iran|پارس Pars|پاسارگاد Pasargad|شوش Shush|هگمتانه Hegmataneh|اکباتان Ekbatan|نیشابور Neyshabur|توس Tus|بلخ Balkh|سمرقند Samarghand|بخارا Bokhara|شیراز Shiraz|تبریز Tabriz|کرمان Kerman|یزد Yazd|همدان Hamedan|کاشان Kashan|خلیج فارس Khalij-e Fars|خزر Khazar|کوهرنگ Kuhrang|بیستون Bistun',
  ),
  sky: list(
    'آفتاب Aftab|مهتاب Mahtab|ستاره Setareh|سپیده Sepideh|سحر Sahar|پگاه Pegah|طلوع Tolu|باران Baran|نسیم Nasim|شبنم Shabnam|آبشار Abshar|چشمه Cheshmeh|دریا Darya|ساحل Sahel|کبوتر Kabutar|پرستو Parastu|شاهین Shahin|عقاب Oghab|هما Homa|سیمرغ Simorgh|چکاوک Chakavak|قناری Ghanari|بلبل Bolbol|طاووس Tavus|درنا Dorna|کیوان Keyvan|ناهید Nahid|بهرام Bahram|پروین‌دخت Parvindokht|رنگین‌کمان Rangin Kaman',
  ),
} as const
export const ALL_NAMES: Name[] = Object.values(FAMILIES).flat()
const BIG_NAMES: Name[] = [...FAMILIES.virtues, ...FAMILIES.poets, ...FAMILIES.scholars, ...FAMILIES.places]
const OLD_QUARTERS = list(
  'دروازه نو Darvazeh Now|میان‌ده Miyandeh|سرچشمه Sarcheshmeh|پای چنار Pa-ye Chenar|قلعه کهنه Ghaleh Kohneh|باغ‌دشت Baghdasht|سرجوی Sarjuy|بازارچه Bazarcheh|تکیه بالا Takiyeh Bala|گود مسگران Gowd-e Mesgaran|کوچه‌باغ Kuchehbagh|درب امام Darb-e Emam',
)
const QUARTERS = list(
  'گلشهر Golshahr|مهرآباد Mehrabad|نوآباد Nowabad|بهارستان Baharestan|سپیددشت Sepiddasht|زرین‌دشت Zarrindasht|فرهنگیان Farhangiyan|باغ انار Bagh-e Anar|چم‌رود Chamrud|سیمین‌شهر Siminshahr|پل‌زمان Polzaman|نیک‌آباد Nikabad|خرم‌آباد Khorramabad|بهشت‌آباد Beheshtabad|یزدان‌آباد Yazdanabad|کوی کارگران Kuy-e Kargaran|شادآباد Shadabad|نقش‌آباد Naghshabad|آبشارک Absharak|ریاض Riyaz|سبزوان Sabzvan|پردیسان Pardisan|امیدشهر Omidshahr|چشمه‌سار Cheshmehsar|تیران‌چی Tiranchi|زمان‌آباد Zamanabad|حسن‌آباد باغ Hasanabad-e Bagh|سروستان Sarvestan|نارمک نو Narmak-e Now|بیشه Bisheh|صدف Sadaf|فیروزه Firuzeh|دشت بهشت Dasht-e Behesht|کهریز Kahriz|مادی‌کنار Madikenar|گلدشت Goldasht|روددشت Ruddasht|لاله‌زار Lalehzar|باغ گردو Bagh-e Gerdu|چنارستان Chenarestan|مرغزار Marghzar|آسمان Aseman|سپهر Sepehr|خورشید Khorshid|کاویان Kaviyan|مهرگان Mehregan|نوروز Nowruz|تیرگان Tirgan|سده Sadeh|یلدا Yalda',
)
const QUARTER_FORMS: Name[] = [
  ['{}', '{}'],
  ['شهرک {}', '{} Town'],
  ['{} بالا', 'Upper {}'],
  ['{} پایین', 'Lower {}'],
  ['کوی {}', 'Kuy-e {}'],
  ['{} نو', 'New {}'],
  ['باغ‌شهر {}', '{} Garden Town'],
  ['{} شرقی', 'East {}'],
  ['{} غربی', 'West {}'],
  ['{} میانی', 'Middle {}'],
]
const FIELDS_FORMS: Name[] = [
  ['باغ‌های {}', '{} Orchards'],
  ['دشت {}', '{} Fields'],
]

const MADI_NAMES: Name[] = list(
  'مادی نو Madi-ye Now|مادی سبز Madi-ye Sabz|مادی قمیش Madi-ye Ghomish|مادی نیاصرم Madi-ye Niyasarm|مادی تیران Madi-ye Tiran|مادی شایج Madi-ye Shayej|مادی فرشادی Madi-ye Farshadi|مادی برزرود Madi-ye Barzrud|مادی بلند Madi-ye Boland',
)
export const madiName = (key: number): Name => MADI_NAMES[(key - 1) % MADI_NAMES.length]!

/** A name for street number `index` of a rank; forms are added when a family of names is used up. */
export function arterialName(seed: number, index: number, isBoulevard: boolean): Name {
  const [fa, en] = shuffledPick(BIG_NAMES, seed + 3, index)
  const round = Math.floor(index / BIG_NAMES.length)
  return isBoulevard
    ? [`بلوار ${fa}${persianRound(round)}`, `${en} Boulevard${latinRound(round)}`]
    : [`خیابان ${fa}${persianRound(round)}`, `${en} Street${latinRound(round)}`]
}
export function neighbourhoodName(seed: number, index: number, isOld: boolean): Name {
  if (isOld && index < OLD_QUARTERS.length) return shuffledPick(OLD_QUARTERS, seed + 11, index)
  const form = QUARTER_FORMS[Math.floor(index / QUARTERS.length) % QUARTER_FORMS.length]!
  const round = Math.floor(index / (QUARTERS.length * QUARTER_FORMS.length))
  return fillForm(form, shuffledPick(QUARTERS, seed + 17, index), round)
}
/** A name for the fields outside the belt road. */
export function fieldsName(seed: number, index: number): Name {
  const names: Name[] = [...FAMILIES.trees, ...FAMILIES.flowers]
  const form = FIELDS_FORMS[Math.floor(index / names.length) % FIELDS_FORMS.length]!
  return fillForm(form, shuffledPick(names, seed + 23, index), Math.floor(index / (names.length * FIELDS_FORMS.length)))
}
function fillForm(form: Name, [fa, en]: Name, round: number): Name {
  return [form[0].replace('{}', fa) + persianRound(round), form[1].replace('{}', en) + latinRound(round)]
}

/** Street names of one neighbourhood: no bare name comes twice in it, nor one of the streets around it (`taken`); when they run out, ways are numbered. */
export function createStreetNames(
  rnd: Random,
  isOld: boolean,
  taken: Set<string>,
): (kind: 'street' | 'alley' | 'dead-end') => Name {
  const source: Name[] = isOld
    ? [...FAMILIES.crafts, ...FAMILIES.poets, ...FAMILIES.scholars, ...FAMILIES.trees, ...FAMILIES.virtues]
    : ALL_NAMES
  let at = rnd.whole(0, source.length - 1)
  const stride = coprimeStride(source.length, rnd.whole(3, source.length - 2))
  let used = 0
  const next = (kind: 'street' | 'alley' | 'dead-end'): Name => {
    const [fa, en] = source[at]!
    const round = Math.floor(used++ / source.length)
    at = (at + stride) % source.length
    if (kind === 'street') return [`خیابان ${fa}${persianRound(round)}`, `${en} Street${latinRound(round)}`]
    if (kind === 'alley') return [`کوچهٔ ${fa}${persianRound(round)}`, `${en} Alley${latinRound(round)}`]
    return [`بن‌بست ${fa}${persianRound(round)}`, `${en} Dead End${latinRound(round)}`]
  }
  return (kind) => {
    let name = next(kind)
    while (taken.has(name[0])) name = next(kind)
    return name
  }
}

export function toPersianDigits(text: string): string {
  return text.replace(/[0-9]/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)]!)
}

function shuffledPick(names: Name[], seed: number, index: number): Name {
  const stride = coprimeStride(names.length, 3 + ((mix(seed) >>> 5) % (names.length - 3)))
  return names[(((mix(seed + 1) >>> 5) % names.length) + index * stride) % names.length]!
}
function coprimeStride(size: number, wanted: number): number {
  const gcd = (p: number, q: number): number => (q === 0 ? p : gcd(q, p % q))
  let stride = wanted
  while (gcd(stride, size) !== 1) stride++
  return stride
}
const persianRound = (round: number): string => (round === 0 ? '' : ` ${toPersianDigits(String(round + 1))}`)
const latinRound = (round: number): string => (round === 0 ? '' : ` ${round + 1}`)
function list(text: string): Name[] {
  return text.split('|').map((entry) => {
    const cut = entry.search(/ [A-Z]/)
    return [entry.slice(0, cut), entry.slice(cut + 1)] as const
  })
}
