import { randomUUID } from 'node:crypto'

/** A new request id; an incoming one is kept only when it cannot break a log line or a header. */
export function chooseRequestId(incoming: unknown): string {
  return typeof incoming === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(incoming) ? incoming : randomUUID()
}
