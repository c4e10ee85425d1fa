import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Replay, ReplayJob } from './replay.ts'

/** Play a trace from a process of its own, and wait for what it saw. */
export function runReplay(job: Pick<ReplayJob, 'trace' | 'template'> & Partial<ReplayJob>): Promise<Replay> {
  const script = fileURLToPath(new URL('replay-process.ts', import.meta.url))
  const child = fork(script, { serialization: 'advanced', execArgv: [] })
  return new Promise((resolve, reject) => {
    child.once('message', (replay) => resolve(replay as Replay))
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`the replay ended with ${signal ?? code} before it was through`)))
    child.send({ held: new Map(), watched: new Set(), ...job })
  })
}
