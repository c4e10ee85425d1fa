import { error } from '@sveltejs/kit'
import { m } from '#src/ui/paraglide/messages.js'
import { getLocale } from '#src/ui/paraglide/runtime.js'

/** What the API says when it cannot do what was asked (RFC 9457), in both languages. */
interface ProblemAnswer {
  type?: string
  title?: string
  titleFa?: string
  detail?: string
  detailFa?: string
}

/** Reads JSON from our API for a page; a problem becomes the page's error, in the language of the page. */
export async function readApi<T>(fetch: typeof globalThis.fetch, path: string): Promise<T> {
  const response = await fetch(path).catch(() => null)
  if (!response) error(503, { message: m.common_error_503(), detail: m.common_error_503_detail() })
  if (response.ok) return (await response.json()) as T
  if (response.status === 503) error(503, { message: m.common_error_503(), detail: m.common_error_503_detail() })
  const problem = (await response.json().catch(() => ({}))) as ProblemAnswer
  const isFa = getLocale() === 'fa'
  const message = (isFa ? problem.titleFa : problem.title) ?? problem.title ?? m.common_error_500()
  const detail = isFa ? problem.detailFa : problem.detail
  error(response.status, { message, ...(detail && { detail }), ...(problem.type && { code: problem.type }) })
}
