import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { readFileSync } from 'node:fs'
import type { Config } from '../kernel/config.ts'
import { problemAnswers, problemSchema, ref } from '../kernel/json-schema.ts'
import { editingSchemas } from '../land/editing/schemas.ts'
import { parcelSchemas } from '../land/parcels/schemas.ts'
import { placeSchemas } from '../land/places/schemas.ts'
import { themeSchemas } from '../land/zoning/schemas.ts'
import { renderDocs, type OpenApi } from './docs-page.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

/** Collect the schemas of every route registered after this into one OpenAPI 3.1 document. */
export async function describeApi(app: FastifyInstance, config: Config) {
  for (const schema of [problemSchema, ...parcelSchemas, ...editingSchemas, ...themeSchemas, ...placeSchemas])
    app.addSchema(schema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Barzan (برزن)',
        version,
        description:
          'Parcels, places and themes of a city. Coordinates are lon/lat in WGS 84; areas and lengths are metric, computed in the authoritative CRS.',
        license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
      },
      servers: [{ url: config.origin }],
      components: { securitySchemes: { adminToken: { type: 'http', scheme: 'bearer', description: 'BARZAN_ADMIN_TOKEN' } } },
    },
    // Components are named as the types are, not def-0, def-1, …
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => (typeof json.$id === 'string' ? json.$id : `schema-${index}`),
    },
    transform: ({ schema, url }) => ({ schema: withProblems(schema), url }),
  })
}

/** What any operation may answer besides its own: every wrong request, every fault, and the shape of all problems. */
function withProblems(schema: FastifySchema): FastifySchema {
  const own = Object.entries((schema.response ?? {}) as Record<string, { content?: object }>).map(([status, answer]) => [
    status,
    answer.content && 'application/problem+json' in answer.content
      ? { ...answer, content: { 'application/problem+json': { schema: ref('Problem') } } }
      : answer,
  ])
  const asked = schema.body ? [400, 413, 415] : schema.params || schema.querystring ? [400] : []
  return { ...schema, response: { ...problemAnswers(...asked), ...Object.fromEntries(own) } }
}

/** `/api/openapi.json` and a page that reads it aloud to people, without script and without other hosts. */
export async function docsRoutes(app: FastifyInstance) {
  app.get('/api/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    return reply.header('cache-control', 'no-cache').send(app.swagger())
  })
  let page: string | null = null
  app.get('/api/docs', { schema: { hide: true } }, (_request, reply) => {
    page ??= renderDocs(app.swagger() as unknown as OpenApi)
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      )
      .send(page)
  })
  app.get('/api/docs.css', { schema: { hide: true } }, (_request, reply) => {
    return reply.type('text/css; charset=utf-8').header('cache-control', 'public, max-age=3600').send(DOCS_STYLE)
  })
}

const DOCS_STYLE = readFileSync(new URL('docs-page.css', import.meta.url), 'utf8')
