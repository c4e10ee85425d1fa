import { PROBLEM_CODES } from './problem.ts'

/** Words for writing JSON Schema (2020-12, as OpenAPI 3.1 uses it) beside a module's types. */
export type Schema = Record<string, unknown>

export const text = { type: 'string' }
export const textOrNull = { type: ['string', 'null'] }
export const number = { type: 'number' }
export const numberOrNull = { type: ['number', 'null'] }
export const whole = { type: 'integer' }
export const wholeOrNull = { type: ['integer', 'null'] }
export const bool = { type: 'boolean' }
export const date = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'ISO date' }
export const instant = { type: 'string', format: 'date-time' }
export const position = { type: 'array', items: number, minItems: 2, maxItems: 2 }
export const bbox = { type: 'array', items: number, minItems: 4, maxItems: 4, description: 'west, south, east, north' }
export const rings = list(list(position))

/** An object whose properties are all present, and no others. */
export function record(properties: Record<string, Schema>, description?: string): Schema {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties,
    additionalProperties: false,
    ...(description && { description }),
  }
}
export function list(items: Schema): Schema {
  return { type: 'array', items }
}
export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}
/** A schema registered with Fastify under this `$id`; a component of the OpenAPI document. */
export function ref(id: string): Schema {
  return { $ref: `${id}#` }
}

export const problemSchema = {
  $id: 'Problem',
  description: 'RFC 9457 problem, in Persian and English',
  type: 'object',
  required: ['type', 'title', 'titleFa', 'status', 'code', 'detail', 'detailFa', 'instance'],
  properties: {
    type: text,
    title: text,
    titleFa: text,
    status: whole,
    code: { enum: PROBLEM_CODES },
    detail: text,
    detailFa: text,
    instance: text,
    reasons: list({
      type: 'object',
      required: ['fa', 'en'],
      properties: { fa: text, en: text, at: text },
      additionalProperties: false,
    }),
  },
  additionalProperties: false,
}

/** Answer schemas of the given problem statuses, for a route's `response`. 500 and 503 can always happen. */
export function problemAnswers(...statuses: number[]): Record<string, Schema> {
  const all = [...new Set([...statuses, 500, 503])].sort()
  return Object.fromEntries(
    all.map((status) => [
      String(status),
      {
        description: PROBLEM_DESCRIPTIONS[status] ?? 'Problem',
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    ]),
  )
}

const PROBLEM_DESCRIPTIONS: Record<number, string> = {
  400: 'The request is wrong; the sentence says how',
  401: 'The administrator token is missing or wrong',
  404: 'Not found',
  409: 'Conflicts with what is recorded',
  412: 'Changed since it was read',
  413: 'Too large',
  415: 'Content type not accepted',
  422: 'Understood, but cannot be done',
  500: 'Our fault; details are in the log',
  503: 'The database is away or too slow, or there is too much to do; try again',
}
