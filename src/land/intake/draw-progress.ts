import type { ImportProgress } from './import-file.ts'

const WIDTH = 30
const EVERY_MS = 100
const WORDS = { read: 'read', check: 'checking', write: 'writing' } as const

/**
 * A progress bar on the error stream, redrawn in place on a terminal; elsewhere one line for each stage, so that logs stay
 * readable. `end` leaves the cursor on a fresh line.
 */
export function openProgress(stream: NodeJS.WriteStream): { draw(progress: ImportProgress): void; end(): void } {
  let drawnAt = 0
  let stage = ''
  return {
    draw({ stage: next, done, of }) {
      const isNew = next !== stage
      stage = next
      if (!stream.isTTY) {
        if (isNew) stream.write(`${WORDS[next]}…\n`)
        return
      }
      const now = performance.now()
      if (!isNew && now - drawnAt < EVERY_MS && done !== of) return
      drawnAt = now
      const share = of ? Math.min(1, done / of) : 0
      const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')
      const total = of === null ? '' : ` of ${of.toLocaleString('en')}`
      stream.write(`\r\x1b[K${bar} ${WORDS[next]} ${done.toLocaleString('en')}${total}`)
    },
    end() {
      if (stream.isTTY && stage !== '') stream.write('\n')
    },
  }
}
