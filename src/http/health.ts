import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type pg from 'pg'
import { checkSchema } from '#db/migrate.ts'
import type { Reads } from '#db/reads.ts'
import { isDatabaseGone } from '../kernel/database-errors.ts'
import { problemAnswers, record } from '../kernel/json-schema.ts'
import { Problem } from '../kernel/problem.ts'

/**
 * `/healthz`: the process answers. `/readyz`: the database can be read, too, and its schema is current; recovers by itself. A replica is
 * enough to be read while the primary is away.
 */
export async function healthRoutes(
  app: FastifyInstance,
  { pool, reads, isPrepared }: { pool: pg.Pool; reads: Pick<Reads, 'of'>; isPrepared: () => boolean },
) {
  const status = (description: string) => ({
    200: { description, content: { 'application/json': { schema: record({ status: { const: 'ok' } }) } } },
  })

  let isCurrent = false

  app.get(
    '/healthz',
    { schema: { tags: ['health'], summary: 'Is the process alive?', response: status('Alive') } },
    (_request, reply) => {
      return reply.header('cache-control', 'no-store').send({ status: 'ok' })
    },
  )

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary: 'Is the database reachable and migrated?',
        response: { ...status('Ready'), ...problemAnswers(503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      if (!isPrepared()) {
        throw new Problem('not-ready', [
          { fa: 'پایگاه داده و شهر در حال آماده‌شدن است.', en: 'The database and the city are being prepared.' },
        ])
      }
      // Once current it stays so while this process runs: then one cheap question is enough.
      if (isCurrent) await sql`select from land.municipalities limit 1`.execute(reads.of(request))
      else await requireCurrentSchema(pool)
      isCurrent = true
      return { status: 'ok' }
    },
  )
}

async function requireCurrentSchema(pool: pg.Pool): Promise<void> {
  try {
    await checkSchema(pool)
  } catch (cause) {
    if (isDatabaseGone(cause)) throw cause
    throw new Problem(
      'not-ready',
      [
        {
          fa: 'ساختار پایگاه داده هنوز به‌روز نیست؛ npm run migrate را اجرا کنید.',
          en: 'The database schema is not current yet; run npm run migrate.',
        },
      ],
      { cause },
    )
  }
}
