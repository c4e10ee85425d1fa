/** SQLSTATEs of a server that starts, stops or does not let us in (any more), and what the system says of a connection that fails. */
const GONE_CODES =
  /^(08...|57P0[1-3]|53300|28000|28P01|3D000|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/
/** What pg says without a code. */
const GONE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|not currently accepting connections/

/** Connection refused or broken, server starting or stopping, no longer letting us in, too many connections, pool exhausted. */
export function isDatabaseGone(error: unknown): boolean {
  const { code, message, syscall } = (error ?? {}) as { code?: unknown; message?: unknown; syscall?: unknown }
  // A Unix socket that is not there; any other file that is not there is another matter.
  if (code === 'ENOENT') return syscall === 'connect'
  if (typeof code === 'string' && GONE_CODES.test(code)) return true
  return typeof message === 'string' && GONE_MESSAGES.test(message)
}

/** The statement or a lock took longer than its limit. */
export function isDatabaseTimeout(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return code === '57014' || code === '55P03' || message === 'Query read timeout'
}
