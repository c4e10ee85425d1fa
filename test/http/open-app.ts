import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { expect } from 'vitest'
import { buildApp, type AppOptions } from '#src/http/app.ts'
import { readConfig } from '#src/kernel/config.ts'
import type { TestDatabase } from '../database.ts'

/** The whole application on a test database, and a way to ask it that holds every answer against the API description. */
export async function openTestApp(database: Pick<TestDatabase, 'db' | 'pool' | 'url'>, options: Partial<AppOptions> = {}) {
  const app = await buildApp({
    config: readConfig({ DATABASE_URL: database.url, BARZAN_LOG: 'silent' }),
    db: database.db,
    pool: database.pool,
    ...options,
  })
  return { app, ask: (url: string, body?: unknown, how?: Asking) => ask(app, url, body, how) }
}

export interface Answer<T = any> {
  status: number
  headers: Record<string, string>
  body: T
}

export interface Asking {
  method?: 'PATCH'
  headers?: Record<string, string>
}

/** GET, or POST when there is a body. Fails when the answer is not what /api/openapi.json says it is. */
async function ask(app: FastifyInstance, url: string, body?: unknown, how: Asking = {}): Promise<Answer> {
  const request: InjectOptions =
    body === undefined ? { method: 'GET', url, ...how } : { method: 'POST', url, payload: body as object, ...how }
  const answer = await app.inject(request)
  const type = String(answer.headers['content-type'] ?? '').split(';')[0]!
  const parsed: unknown = type.includes('json') ? answer.json() : answer.rawPayload
  if (type.includes('json')) requireDescribed(app, request.method as string, url, answer.statusCode, type, parsed)
  return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: parsed }
}

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>>
}

function requireDescribed(app: FastifyInstance, method: string, url: string, status: number, type: string, body: unknown) {
  const api = app.swagger() as unknown as OpenApi
  const path = url.split('?')[0]!
  const template = Object.keys(api.paths)
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .find((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`).test(path))
  if (!template) return // an address the description does not know: answered 404
  const schema = api.paths[template]![method.toLowerCase()]?.responses[String(status)]?.content?.[type]?.schema
  expect(schema, `${method} ${template} describes ${status} ${type}`).toBeDefined()
  const validate = compileOnce(api, pointTo(schema))
  expect(validate(body) ? [] : validate.errors).toEqual([])
}

const compiled = new Map<string, ValidateFunction>()
function compileOnce(api: object, schema: object): ValidateFunction {
  const key = JSON.stringify(schema)
  let validate = compiled.get(key)
  if (!validate) {
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
    validate = ajv.addSchema(api, 'api').compile(schema)
    compiled.set(key, validate)
  }
  return validate
}

/** The schema with its references pointing into the document. */
function pointTo(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as object
}
