import type { FastifyInstance } from 'fastify'
import type { Reads } from '#db/reads.ts'
import { list, problemAnswers, record, ref } from '../../kernel/json-schema.ts'
import { Problem } from '../../kernel/problem.ts'
import { findParcelId } from '../parcels/queries.ts'
import { answerThemes } from './answer-themes.ts'

/** What applies at a parcel, theme by theme. */
export async function themeRoutes(app: FastifyInstance, { reads }: { reads: Pick<Reads, 'of'> }) {
  app.get<{ Params: { code: string }; Querystring: { theme?: string } }>(
    '/api/parcels/:code/themes',
    {
      schema: {
        tags: ['themes'],
        summary: 'The four-valued answer of every theme at one parcel',
        description:
          'applies, does-not-apply, no-data (the source does not cover the parcel) or source-failed (it did not answer in time); the last two never mean "no".',
        params: record({ code: { type: 'string', minLength: 1, maxLength: 100 } }),
        querystring: {
          type: 'object',
          properties: { theme: { type: 'string', pattern: '^[a-z][a-z-]{0,60}$', description: 'ask only this one (again)' } },
        },
        response: {
          200: {
            description: 'One answer for each theme',
            content: { 'application/json': { schema: record({ items: list(ref('ThemeAnswer')) }) } },
          },
          ...problemAnswers(400, 404),
        },
      },
    },
    async (request, reply) => {
      const { code } = request.params
      const db = reads.of(request)
      const id = code.includes('\0') ? null : await findParcelId(db, code)
      if (id === null) {
        throw new Problem('parcel-not-found', [
          { at: 'code', fa: `ملکی با کد ${code} ثبت نشده است.`, en: `No parcel is recorded with the code ${code}.` },
        ])
      }
      const { theme } = request.query
      const items = await answerThemes(db, id, {
        theme,
        report: (failed, cause) => request.log.warn({ err: cause, theme: failed }, 'source of a theme failed'),
      })
      if (theme !== undefined && items.length === 0) throw new Problem('theme-not-found')
      reply.header('cache-control', 'no-store')
      return { items }
    },
  )
}
