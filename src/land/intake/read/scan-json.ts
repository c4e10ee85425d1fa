import { open } from 'node:fs/promises'
import { RefusalError } from '../refusal.ts'

const CHUNK_BYTES = 1 << 20
/** One feature or member as text; a larger one is no feature of a city and would fill the memory. */
export const LARGEST_VALUE = 64 * 1024 * 1024
const QUOTE = 34
const BACKSLASH = 92

/** A cursor over a JSON file that never holds more than one value of it. */
export interface JsonScanner {
  /** the next character that is not white space, not consumed; '' at the end */
  peek(): Promise<string>
  /** consume one expected character, or refuse */
  take(expected: string): Promise<void>
  /** consume one whole value and give its text, or null when `skip` */
  readValue(skip?: boolean): Promise<string | null>
  /** bytes read so far */
  position(): number
  close(): Promise<void>
}

/**
 * Open a JSON file for scanning in pieces. UTF-8 (a byte order mark is ignored).
 * @throws RefusalError for bytes that are no UTF-8, an end in the middle, or a value beyond LARGEST_VALUE
 */
export async function scanJson(path: string): Promise<JsonScanner> {
  const file = await open(path)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const bytes = Buffer.allocUnsafe(CHUNK_BYTES)
  let text = ''
  let at = 0
  let read = 0
  let isOver = false

  async function fill(keepFrom: number): Promise<boolean> {
    if (isOver) return false
    const { bytesRead } = await file.read(bytes, 0, CHUNK_BYTES, null)
    read += bytesRead
    isOver = bytesRead === 0
    try {
      text = text.slice(keepFrom) + decoder.decode(bytes.subarray(0, bytesRead), { stream: !isOver })
    } catch {
      throw new RefusalError('The file is not UTF-8 text, so it is not JSON.')
    }
    at -= keepFrom
    return !isOver
  }

  async function peek(): Promise<string> {
    for (;;) {
      while (at < text.length && isSpace(text.charCodeAt(at))) at++
      if (at < text.length) return text[at]!
      if (!(await fill(at))) return ''
    }
  }

  async function take(expected: string): Promise<void> {
    const found = await peek()
    if (found !== expected) {
      throw new RefusalError(
        found === ''
          ? `The file ends in the middle: "${expected}" was expected. It is cut off.`
          : `The file is not JSON: "${expected}" was expected near byte ${read - (text.length - at)}, but "${found}" is there.`,
      )
    }
    at++
  }

  async function readValue(skip = false): Promise<string | null> {
    const first = await peek()
    if (first === '') throw new RefusalError('The file ends in the middle of its JSON. It is cut off.')
    let start = at
    let depth = 0
    let inString = false
    let isEscaped = false
    let length = 0
    const isScalar = first !== '{' && first !== '[' && first !== '"'
    for (;;) {
      for (; at < text.length; at++) {
        const c = text.charCodeAt(at)
        if (inString) {
          if (isEscaped) isEscaped = false
          else if (c === BACKSLASH) isEscaped = true
          else if (c === QUOTE) {
            inString = false
            if (depth === 0) return finish(at + 1)
          }
        } else if (isScalar) {
          if (c === 44 || c === 93 || c === 125 || isSpace(c)) return finish(at)
        } else if (c === QUOTE) inString = true
        else if (c === 123 || c === 91) depth++
        else if ((c === 125 || c === 93) && --depth === 0) return finish(at + 1)
      }
      if (length + at - start > LARGEST_VALUE && !skip) {
        throw new RefusalError(`One value of the file is longer than ${LARGEST_VALUE >> 20} MB: this is no feature collection.`)
      }
      if (skip) {
        length += at - start
        start = at
      }
      const kept = start
      const isMore = await fill(start)
      start -= kept
      if (!isMore && at >= text.length) {
        if (isScalar) return finish(at)
        throw new RefusalError('The file ends in the middle of its JSON. It is cut off.')
      }
    }
    function finish(end: number): string | null {
      const value = skip ? null : text.slice(start, end)
      at = end
      return value
    }
  }

  return { peek, take, readValue, position: () => read, close: () => file.close() }
}

/** Parse one value; the message names what it is. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new RefusalError(`The file is not JSON: ${what}: ${(error as Error).message}.`, { cause: error })
  }
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9 || code === 0xfeff
}
