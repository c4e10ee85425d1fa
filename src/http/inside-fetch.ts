type Inject = (request: { method: string; url: string; headers: Record<string, string>; payload?: Buffer }) => Promise<{
  statusCode: number
  headers: Record<string, string | string[] | number | undefined>
  rawPayload: Buffer
}>

/**
 * While a page is rendered on the server, `fetch('/api/…')` is answered inside this process: the same validation and
 * authorisation as from outside, without a socket. Returns null for addresses that are not ours. Used by hooks.server.ts,
 * whose bundle has its own copies of modules, hence the global symbol (set by http/app.ts).
 */
export async function fetchInside(request: Request, origin: string): Promise<Response | null> {
  const url = new URL(request.url)
  if (url.origin !== origin || !url.pathname.startsWith('/api/')) return null
  const inject = (globalThis as Record<symbol, unknown>)[Symbol.for('barzan.inject')] as Inject | undefined
  if (!inject) return null
  const headers = Object.fromEntries(request.headers)
  delete headers['accept-encoding']
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const answer = await inject({
    method: request.method,
    url: url.pathname + url.search,
    headers,
    ...(hasBody && { payload: Buffer.from(await request.arrayBuffer()) }),
  })
  const received = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) received.append(name, String(item))
  }
  const empty = answer.statusCode === 204 || answer.statusCode === 304
  return new Response(empty ? null : new Uint8Array(answer.rawPayload), { status: answer.statusCode, headers: received })
}
