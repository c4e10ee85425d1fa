import { pino, type Logger } from 'pino'
import type { LogLevel } from './config.ts'

export type Log = Logger

/**
 * The structured log: one JSON line per event on standard output. Addresses of requests are logged without their query,
 * which may hold what a person searched for; headers and bodies are never logged.
 */
export function createLog(level: LogLevel): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: pino.stdSerializers.err },
  })
}
