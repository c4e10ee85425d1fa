import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDatabaseGone, isDatabaseTimeout } from '../kernel/database-errors.ts'
import { pathOf } from '../kernel/log.ts'
import { describeProblem, Problem } from '../kernel/problem.ts'
import { explainValidation } from './explain-validation.ts'

/** RFC 9457 problem+json in both languages for everything thrown. What went wrong inside is logged, never sent. */
export function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = findProblem(error)
  // A fault of ours is logged whole, that we are away in one line; that we are not ready yet is no news to whoever polls.
  if (problem.code === 'not-ready') request.log.debug({ cause: messageOf(problem.cause) }, 'not ready')
  else if (problem.status === 503) request.log.warn({ code: problem.code, cause: messageOf(problem.cause) }, 'not available')
  else if (problem.status >= 500) request.log.error({ err: problem.cause ?? error, code: problem.code }, 'request failed')
  if (problem.status === 503) reply.header('retry-after', '2')
  void reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(describeProblem(problem, pathOf(request.url)))
}

export function answerErrors(app: FastifyInstance) {
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request) => {
    throw new Problem('not-found', [
      {
        fa: `در نشانی ${pathOf(request.url)} چیزی برای ${request.method} نیست؛ فهرست نشانی‌ها در ‎/api/docs است.`,
        en: `There is nothing at ${pathOf(request.url)} for ${request.method}; the addresses are listed at /api/docs.`,
      },
    ])
  })
}

function messageOf(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message : undefined
}

/** What was thrown, as one of our problems. */
export function findProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  if (error.validation) return explainValidation(error)
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('too-large', [{ fa: 'حجم درخواست باید کمتر از یک مگابایت باشد.', en: 'Send less than 1 MB.' }], {
        cause: error,
      })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported-media-type', [
        {
          fa: 'درخواست را با Content-Type: application/json بفرستید.',
          en: 'Send the request as Content-Type: application/json.',
        },
      ])
    case 'FST_ERR_BAD_URL':
      return new Problem('bad-request', [
        { fa: 'نویسه‌های این نشانی UTF-8 درست نیستند.', en: 'The address is not valid percent-encoded UTF-8.' },
      ])
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Problem('bad-request', [
        { fa: 'یک بخش نشانی بیش از ۲۰۰ نویسه دارد.', en: 'A part of the address has more than 200 characters.' },
      ])
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return notJson()
  }
  if (error instanceof SyntaxError && error.statusCode === 400) return notJson()
  if (isDatabaseGone(error)) return new Problem('database-unavailable', [], { cause: error })
  if (isDatabaseTimeout(error)) return new Problem('too-slow', [], { cause: error })
  if (error.statusCode && error.statusCode >= 400 && error.statusCode < 500)
    return new Problem('bad-request', [], { cause: error })
  return new Problem('internal', [], { cause: error })
}

function notJson() {
  return new Problem('bad-request', [{ fa: 'متن درخواست JSON درست نیست.', en: 'The body is not valid JSON.' }])
}
