import type { FastifyError } from 'fastify'
import { Problem, type ProblemCode, type Reason } from '../kernel/problem.ts'

/** Which problem a wrong parameter is. */
const CODES: Record<string, ProblemCode> = {
  limit: 'bad-limit',
  bbox: 'bad-bbox',
  cursor: 'bad-cursor',
  code: 'bad-code',
  q: 'bad-query',
}

/** A schema violation as sentences that name the field and what it should be. */
export function explainValidation(error: FastifyError): Problem {
  const first = error.validation?.[0]
  if (!first) return new Problem('bad-request')
  const path = first.instancePath.split('/').filter(Boolean)
  const field = path.join('.') || String((first.params as { missingProperty?: string }).missingProperty ?? 'body')
  const code = error.validationContext === 'body' ? 'bad-request' : (CODES[path[0] ?? ''] ?? 'bad-request')
  return new Problem(code, [explainKeyword(field, first.keyword, first.params)], { cause: error })
}

function explainKeyword(field: string, keyword: string, params: Record<string, unknown>): Reason {
  const at = field
  const limit = typeof params.limit === 'number' ? String(params.limit) : ''
  switch (keyword) {
    case 'required': {
      const name = String(params.missingProperty)
      return { at: name, fa: `«${name}» لازم است.`, en: `"${name}" is required.` }
    }
    case 'type':
      return {
        at,
        fa: `«${field}» باید از نوع ${String(params.type)} باشد.`,
        en: `"${field}" must be of type ${String(params.type)}.`,
      }
    case 'minimum':
    case 'exclusiveMinimum':
      return { at, fa: `«${field}» باید دست‌کم ${limit} باشد.`, en: `"${field}" must be at least ${limit}.` }
    case 'maximum':
    case 'exclusiveMaximum':
      return { at, fa: `«${field}» باید حداکثر ${limit} باشد.`, en: `"${field}" must be at most ${limit}.` }
    case 'maxLength':
      return { at, fa: `«${field}» حداکثر ${limit} نویسه است.`, en: `"${field}" may have at most ${limit} characters.` }
    case 'minLength':
      return { at, fa: `«${field}» نباید خالی باشد.`, en: `"${field}" must not be empty.` }
    case 'maxItems':
      return { at, fa: `«${field}» حداکثر ${limit} مورد می‌پذیرد.`, en: `"${field}" may have at most ${limit} items.` }
    case 'minItems':
      return { at, fa: `«${field}» دست‌کم ${limit} مورد می‌خواهد.`, en: `"${field}" needs at least ${limit} items.` }
    case 'enum': {
      const values = (params.allowedValues as unknown[]).join(', ')
      return { at, fa: `«${field}» باید یکی از این‌ها باشد: ${values}.`, en: `"${field}" must be one of: ${values}.` }
    }
    default:
      return { at, fa: `«${field}» به شکل درست نیست.`, en: `"${field}" does not have the right form.` }
  }
}
