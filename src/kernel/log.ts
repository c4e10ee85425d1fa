import { pino, type DestinationStream, type Logger } from 'pino'
import type { LogLevel } from './config.ts'

export type Log = Logger

/**
 * The structured log: one JSON line per event, on standard output unless `destination` is given. Addresses of requests are logged
 * without their query, which may hold what a person searched for; headers, bodies and values of queries are never logged.
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError, req: describeRequest },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** The address without its query. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0]!.slice(0, 200)
}

function describeRequest({ method, url }: { method: string; url: string }) {
  return { method, path: pathOf(url) }
}

/** What PostgreSQL adds to an error that may repeat a row or a value. */
const VALUES = ['detail', 'where', 'internalQuery'] as const

function describeError(error: Error): object {
  const told = pino.stdSerializers.err(error) as ReturnType<typeof pino.stdSerializers.err> & Record<string, unknown>
  for (const property of VALUES) Reflect.deleteProperty(told, property)
  if (!repeatsValue(error)) return told
  const masked = (text: string) => text.replace(/"[^"\n]*"/g, '"…"')
  return Object.assign(told, { message: masked(told.message), stack: masked(told.stack) })
}

/** Class 22 of SQLSTATE, data exceptions: `invalid input syntax for type bigint: "what somebody typed"`. */
function repeatsValue(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 10; cause = cause.cause, depth++) {
    if (String((cause as { code?: unknown }).code).startsWith('22')) return true
  }
  return false
}
