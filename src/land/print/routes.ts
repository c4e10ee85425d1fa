import type { FastifyPluginAsync } from 'fastify'
import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import type { Reads } from '#db/reads.ts'
import { findDayInTehran } from '../../kernel/calendar.ts'
import { limitConcurrency } from '../../kernel/limit-concurrency.ts'
import { Problem } from '../../kernel/problem.ts'
import { composeSheet } from './compose-sheet.ts'
import { createSheetCompiler } from './compile-sheet.ts'
import { ORIENTATIONS, PAPERS, PRINT_LAYERS, SCALE_LIMITS, type PrintRequest } from './types.ts'
import type { TypesetJob } from './typeset.ts'

const body = {
  type: 'object',
  required: ['center', 'scale', 'paper', 'orientation', 'locale'],
  additionalProperties: false,
  properties: {
    center: {
      description: 'Longitude and latitude (WGS 84) of the middle of the map.',
      type: 'array',
      items: { type: 'number', minimum: -180, maximum: 180 },
      minItems: 2,
      maxItems: 2,
    },
    scale: {
      description: 'Denominator: 1000 is 1:1000.',
      type: 'integer',
      minimum: SCALE_LIMITS.least,
      maximum: SCALE_LIMITS.greatest,
    },
    paper: { type: 'string', enum: [...PAPERS] },
    orientation: { type: 'string', enum: [...ORIENTATIONS] },
    locale: { type: 'string', enum: ['fa', 'en'] },
    title: { type: 'string', maxLength: 120 },
    layers: {
      type: 'array',
      maxItems: PRINT_LAYERS.length,
      uniqueItems: true,
      items: { type: 'string', enum: [...PRINT_LAYERS] },
    },
    selectedCode: { type: 'string', minLength: 1, maxLength: 64 },
  },
} as const

/** `POST /api/print`: a map sheet at an exact scale, as a vector PDF. */
export const printRoutes: FastifyPluginAsync<{ reads: Pick<Reads, 'of'> }> = async (app, { reads }) => {
  const compiler = createSheetCompiler()
  // While one sheet is typeset the next may be drawn; more would only crowd the database.
  const make = limitConcurrency({ atOnce: 2, waiting: 8 }, () => new Problem('busy', [BUSY]))
  app.addHook('onClose', async () => compiler.close())

  app.post<{ Body: PrintRequest }>(
    '/api/print',
    {
      schema: {
        tags: ['map'],
        summary: 'Print a map sheet',
        description:
          'A vector PDF in the authoritative CRS at the scale asked for (100 m on paper measures true), with title, legend, scale bar, north arrow, grid coordinates and date. A sheet with more than 30,000 parcels is refused.',
        body,
        response: {
          200: { description: 'The sheet.', content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } } },
        },
      },
    },
    async (request, reply) => {
      if (Math.abs(request.body.center[1]!) > 85) throw new Problem('bad-request', [BAD_LATITUDE])
      const now = new Date()
      const pdf = await make(async () => compiler.compile(await drawSheet(reads.of(request), request.body, now)))
      return reply
        .type('application/pdf')
        .header('content-disposition', `inline; filename="map-1-${request.body.scale}-${findDayInTehran(now)}.pdf"`)
        .header('cache-control', 'no-store')
        .send(pdf)
    },
  )
}

/** All of a sheet from one state of the land, in 10 s at most. */
async function drawSheet(db: Db, request: PrintRequest, now: Date): Promise<TypesetJob> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      await sql`set local statement_timeout = '10s'`.execute(tx)
      return composeSheet(tx, request, now)
    })
}

const BUSY = {
  fa: 'چند نقشهٔ دیگر در حال ساخته‌شدن است؛ کمی بعد دوباره بخواهید.',
  en: 'Other maps are being made; ask again in a moment.',
}
const BAD_LATITUDE = {
  fa: 'center باید [طول، عرض] جغرافیایی باشد و عرض میان −۸۵ و ۸۵.',
  en: 'center must be [longitude, latitude], the latitude between −85 and 85.',
  at: 'center',
}
