import { foldText } from '../../kernel/text.ts'

/** Words that say what follows in a search text. */
export const LEADING_WORDS: { pattern: RegExp; hint: 'code' | 'registration' | 'postal' }[] = [
  { pattern: /^(?:کد\s*)?نوسازی\s*:?\s*|^کد\s*ملک\s*:?\s*|^(?:renovation|parcel)\s+code\s*:?\s*/i, hint: 'code' },
  { pattern: /^(?:پلاک\s*)?ثبتی\s*:?\s*|^(?:registration\s+)?plot\s*:?\s*(?=\d)/i, hint: 'registration' },
  { pattern: /^کد\s*پستی\s*:?\s*|^post(?:al\s*|\s*)code\s*:?\s*|^zip\s*:?\s*(?=\d)/i, hint: 'postal' },
]

/** Words of addresses that tell nothing apart, folded once. They are left out when anything else remains. */
const STOP_WORDS = new Set(
  (
    'خیابان خ کوچه ک بلوار بزرگراه اتوبان میدان فلکه چهارراه سه‌راه گذر کوی محله محلهٔ شهرک پلاک پ شماره منطقه ناحیه بخش بن بست بن‌بست نبش جنب روبروی از در و ' +
    'street st road rd avenue ave av lane ln alley boulevard blvd drive dr court ct place pl square sq terrace ter parkway pkwy highway hwy way no number plate unit the of and'
  )
    .split(' ')
    .flatMap((word) => foldText(word).split(' ')),
)

export function isStopWord(foldedWord: string): boolean {
  return STOP_WORDS.has(foldedWord)
}
