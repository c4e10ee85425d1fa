import { fork, type ChildProcess } from 'node:child_process'
import { limitConcurrency } from '../../kernel/limit-concurrency.ts'
import { Problem } from '../../kernel/problem.ts'
import type { TypesetJob, TypesetResult } from './typeset.ts'

const TIME_LIMIT_MS = 10_000
const IDLE_MS = 60_000

/** Typesets sheets, one at a time, in a process of its own that begins with the first sheet and ends when idle. */
export interface SheetCompiler {
  /** The PDF. Throws Problem `too-slow` after 10 s, `busy` when many are in line already. */
  compile(job: TypesetJob): Promise<Buffer>
  close(): void
}

export function createSheetCompiler(timeLimitMs = TIME_LIMIT_MS): SheetCompiler {
  const gate = limitConcurrency({ atOnce: 1, waiting: 8 }, () => new Problem('busy'))
  let child: ChildProcess | null = null
  let idle: NodeJS.Timeout | undefined

  function close() {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = null
  }

  function start(): ChildProcess {
    const { PATH } = process.env
    const started = fork(new URL('./typeset.ts', import.meta.url), [], {
      serialization: 'advanced',
      execArgv: [],
      env: { PATH },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    started.unref()
    started.channel?.unref()
    return started
  }

  function run(job: TypesetJob): Promise<Buffer> {
    clearTimeout(idle)
    const process = (child ??= start())
    return new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(() => end(() => reject(new Problem('too-slow', [TOO_SLOW])), true), timeLimitMs)
      const onMessage = (message: TypesetResult | 'ready') => {
        if (message === 'ready') return
        if ('pdf' in message) end(() => resolve(Buffer.from(message.pdf)))
        else end(() => reject(new Problem('internal', [], { cause: new Error(`typst: ${message.error}`) })))
      }
      const onExit = () =>
        end(() => reject(new Problem('internal', [], { cause: new Error('the typesetting process ended') })), true)
      function end(settle: () => void, isBroken = false) {
        clearTimeout(timer)
        process.off('message', onMessage)
        process.off('exit', onExit)
        process.off('error', onExit)
        process.channel?.unref()
        if (isBroken) close()
        else idle = setTimeout(close, IDLE_MS).unref()
        settle()
      }
      process.channel?.ref()
      process.on('message', onMessage)
      process.on('exit', onExit)
      process.on('error', onExit)
      process.send(job)
    })
  }

  return { compile: (job) => gate(() => run(job)), close }
}

const TOO_SLOW = {
  fa: 'ساختن نقشه بیش از ۱۰ ثانیه طول کشید؛ مقیاس بزرگ‌تر یا کاغذ کوچک‌تر بردارید.',
  en: 'Making the map took more than 10 s; choose a larger scale or a smaller paper.',
}
