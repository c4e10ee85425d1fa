/** Connection refused or broken, server starting or stopping, no longer letting us in, too many connections, pool exhausted. */
export function isDatabaseGone(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string') {
    if (
      /^(08...|57P0[1-3]|53300|28000|28P01|3D000|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/.test(
        code,
      )
    )
      return true
  }
  return (
    typeof message === 'string' &&
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|not currently accepting connections/.test(
      message,
    )
  )
}

/** The statement or a lock took longer than its limit. */
export function isDatabaseTimeout(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return code === '57014' || code === '55P03' || message === 'Query read timeout'
}
