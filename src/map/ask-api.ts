/** A refusal of the API in the reader's language, from its RFC 9457 problem; `status` 0 = the server could not be reached. */
export class ApiRefusal extends Error {
  status: number
  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

interface ProblemBody {
  title?: string
  titleFa?: string
  detail?: string
  detailFa?: string
}

interface AskOptions {
  body?: unknown
  signal?: AbortSignal
  written?: string | undefined
}

/** Ask the API for JSON. `body` makes it a POST; `written` as in LiveEvents. Throws `ApiRefusal` with a sentence for the reader. */
export async function askApi<Answer>(path: string, locale: 'fa' | 'en', options: AskOptions = {}): Promise<Answer> {
  const response = await reach(path, locale, options)
  return (await response.json()) as Answer
}

/** Ask the API for a file; its name comes from the answer. */
export async function askFile(path: string, locale: 'fa' | 'en', body: unknown): Promise<{ blob: Blob; name: string | null }> {
  const response = await reach(path, locale, { body })
  const disposition = response.headers.get('content-disposition') ?? ''
  return { blob: await response.blob(), name: /filename="?([^";]+)"?/.exec(disposition)?.[1] ?? null }
}

async function reach(path: string, locale: 'fa' | 'en', { body, signal, written }: AskOptions): Promise<Response> {
  const request: RequestInit =
    body === undefined
      ? { headers: written === undefined ? {} : { 'x-barzan-written': written } }
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(path, { ...request, signal: signal ?? null }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw new ApiRefusal(locale === 'fa' ? 'پیوند با شهرداری برقرار نشد.' : 'The municipality could not be reached.', 0, {
      cause,
    })
  })
  if (response.ok) return response
  const problem = (await response.json().catch(() => ({}))) as ProblemBody
  const sentence = locale === 'fa' ? (problem.detailFa ?? problem.titleFa) : (problem.detail ?? problem.title)
  throw new ApiRefusal(sentence ?? `${response.status} ${response.statusText}`, response.status)
}

/** Give the reader a file to keep. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
