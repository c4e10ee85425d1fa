/** One reason in both languages; `at` names the field or feature it is about. */
export interface Reason {
  fa: string
  en: string
  at?: string
}

/** Every problem the API can answer with: HTTP status and title in both languages. */
const PROBLEMS = {
  'bad-request': { status: 400, fa: 'درخواست درست نیست', en: 'The request is not right' },
  'bad-query': { status: 400, fa: 'عبارت جست‌وجو درست نیست', en: 'The search text is not right' },
  'bad-bbox': { status: 400, fa: 'محدودهٔ نقشه درست نیست', en: 'The bounding box is not right' },
  'bad-code': { status: 400, fa: 'کد ملک درست نیست', en: 'The parcel code is not right' },
  'bad-cursor': { status: 400, fa: 'نشانی صفحهٔ بعد درست نیست', en: 'The cursor is not right' },
  'bad-limit': { status: 400, fa: 'تعداد خواسته‌شده درست نیست', en: 'The limit is not right' },
  'bad-geometry': { status: 400, fa: 'شکل کشیده‌شده درست نیست', en: 'The geometry is not right' },
  'bad-tile-address': { status: 400, fa: 'نشانی کاشی نقشه درست نیست', en: 'The tile address is not right' },
  'not-signed-in': { status: 401, fa: 'برای این کار باید وارد شوید', en: 'This needs you to be signed in' },
  'not-allowed': { status: 403, fa: 'اجازهٔ این کار را ندارید', en: 'You may not do this' },
  'not-found': { status: 404, fa: 'چیزی در این نشانی نیست', en: 'There is nothing at this address' },
  'parcel-not-found': { status: 404, fa: 'ملکی با این مشخصات پیدا نشد', en: 'No such parcel was found' },
  'place-not-found': { status: 404, fa: 'چنین جایی پیدا نشد', en: 'No such place was found' },
  'theme-not-found': { status: 404, fa: 'چنین موضوعی تعریف نشده است', en: 'No such theme is defined' },
  'municipality-not-found': { status: 404, fa: 'هنوز شهری وارد نشده است', en: 'No city has been loaded yet' },
  'tile-not-found': { status: 404, fa: 'این کاشی نقشه وجود ندارد', en: 'There is no such tile' },
  'method-not-allowed': { status: 405, fa: 'این نشانی چنین کاری نمی‌پذیرد', en: 'This address does not accept that method' },
  'request-timeout': { status: 408, fa: 'درخواست در زمان مقرر کامل نرسید', en: 'The request did not arrive in time' },
  conflict: { status: 409, fa: 'این تغییر با دادهٔ موجود نمی‌خواند', en: 'The change conflicts with what is recorded' },
  'edition-changed': { status: 412, fa: 'از زمانی که خوانده شد عوض شده است', en: 'It has changed since it was read' },
  'too-large': { status: 413, fa: 'درخواست بیش از اندازه بزرگ است', en: 'The request is too large' },
  'unsupported-media-type': { status: 415, fa: 'نوع محتوای درخواست پذیرفته نیست', en: 'The content type is not accepted' },
  'too-many': { status: 422, fa: 'تعداد بیش از اندازه است', en: 'There are too many' },
  unprocessable: {
    status: 422,
    fa: 'درخواست خوانده شد ولی انجام‌شدنی نیست',
    en: 'The request was understood but cannot be done',
  },
  internal: { status: 500, fa: 'خطایی در سامانه رخ داد', en: 'Something went wrong on our side' },
  'database-unavailable': { status: 503, fa: 'پایگاه داده در دسترس نیست', en: 'The database cannot be reached' },
  busy: { status: 503, fa: 'سامانه هم‌اکنون کار بسیار دارد', en: 'The service is busy at the moment' },
  'not-ready': { status: 503, fa: 'سامانه هنوز آماده نیست', en: 'The service is not ready yet' },
  'too-slow': { status: 503, fa: 'پاسخ بیش از زمان مجاز طول کشید', en: 'The answer took longer than allowed' },
} as const satisfies Record<string, { status: number; fa: string; en: string }>

export type ProblemCode = keyof typeof PROBLEMS
export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[]

/** A broken expectation that the one error handler turns into RFC 9457 problem+json in both languages. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly reasons: readonly Reason[]

  /** `reasons` are sentences for people; `options.cause` is logged and never sent. */
  constructor(code: ProblemCode, reasons: readonly Reason[] = [], options: { cause?: unknown } = {}) {
    super(reasons[0]?.en ?? PROBLEMS[code].en, options)
    this.name = 'Problem'
    this.code = code
    this.status = PROBLEMS[code].status
    this.reasons = reasons
  }
}

/** The body of `application/problem+json` (RFC 9457): titles and details in both languages. */
export interface ProblemBody {
  type: string
  title: string
  titleFa: string
  status: number
  code: ProblemCode
  detail: string
  detailFa: string
  instance: string
  reasons?: Reason[]
}

/** Describe a problem for the answer. `instance` is the path asked for, `requestId` lets an administrator find it in the log. */
export function describeProblem(problem: Problem, instance: string): ProblemBody {
  const { en, fa, status } = PROBLEMS[problem.code]
  return {
    type: `urn:barzan:problem:${problem.code}`,
    title: en,
    titleFa: fa,
    status,
    code: problem.code,
    detail: problem.reasons.map((reason) => reason.en).join(' ') || `${en}.`,
    detailFa: problem.reasons.map((reason) => reason.fa).join(' ') || `${fa}.`,
    instance,
    ...(problem.reasons.length > 0 && { reasons: [...problem.reasons] }),
  }
}
