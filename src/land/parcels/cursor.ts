import { Problem } from '../../kernel/problem.ts'

/** Where a list goes on: which reading of the search text, and the sort key of the last row shown. */
export interface Cursor {
  /** index into the readings of the same search text */
  stage: number
  /** sort key of the last row within the stage; the last element is its parcel id */
  after: (string | number)[]
  /** fingerprint of the search, so that a cursor is not used with another one */
  of: string
}

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([1, cursor.stage, cursor.after, cursor.of])).toString('base64url')
}

/** Read a cursor that must belong to the search `of`. Throws `bad-cursor`. Its values only ever become query parameters. */
export function readCursor(text: string, of: string): Cursor {
  const [version, stage, after, made, ...rest] = decode(text)
  const isKey = Array.isArray(after) && after.length <= 6 && after.every((part) => isText(part) || Number.isSafeInteger(part))
  const isWhole = version === 1 && Number.isInteger(stage) && Number(stage) >= 0 && Number(stage) < 50 && rest.length === 0
  if (!isWhole || !isKey || typeof made !== 'string' || (after.length > 0 && !Number.isSafeInteger(after.at(-1))))
    throw badCursor()
  if (made !== of) {
    throw new Problem('bad-cursor', [
      {
        at: 'cursor',
        fa: 'این نشانی از جست‌وجوی دیگری است؛ با همان q و bbox ادامه دهید.',
        en: 'This cursor belongs to another search; continue with the same q and bbox.',
      },
    ])
  }
  return { stage: stage as number, after: after as (string | number)[], of }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 200 && !value.includes('\0')
}

function decode(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (Array.isArray(value)) return value
  } catch (cause) {
    throw badCursor(cause)
  }
  throw badCursor()
}

export function badCursor(cause?: unknown): Problem {
  return new Problem(
    'bad-cursor',
    [
      {
        at: 'cursor',
        fa: 'نشانی صفحهٔ بعد خوانده نشد؛ همان nextCursor پاسخ پیشین را بفرستید یا از آغاز بخواهید.',
        en: 'The cursor cannot be read; send the nextCursor of the previous answer, or start again without one.',
      },
    ],
    { cause },
  )
}
