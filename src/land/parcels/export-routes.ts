import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { Readable } from 'node:stream'
import type { Db } from '#db/connect.ts'
import type { Reads } from '#db/reads.ts'
import { findDayInTehran } from '../../kernel/calendar.ts'
import { limitConcurrency } from '../../kernel/limit-concurrency.ts'
import { Problem } from '../../kernel/problem.ts'
import { EXPORT_LIMIT, findExportSet, nameExport, readExportRows, type ExportRow, type ExportSet } from './export-rows.ts'
import { EXPORT_FORMATS, type ExportFormat } from './types.ts'
import { writeCsv } from './write-csv.ts'
import { writeDxf } from './write-dxf.ts'
import { writeGeoJson } from './write-geojson.ts'
import { writeGeoPackage } from './write-geopackage.ts'
import { writeShapefile } from './write-shapefile.ts'

const MEDIA_TYPES: Record<ExportFormat, string> = {
  geojson: 'application/geo+json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  gpkg: 'application/geopackage+sqlite3',
  shp: 'application/zip',
  dxf: 'image/vnd.dxf',
}
const TIME_LIMIT_MS = 60_000

interface ExportBody {
  ids?: number[]
  codes?: string[]
  format: ExportFormat
}

const body = {
  type: 'object',
  required: ['format'],
  additionalProperties: false,
  properties: {
    ids: {
      type: 'array',
      minItems: 1,
      maxItems: EXPORT_LIMIT,
      items: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    },
    codes: { type: 'array', minItems: 1, maxItems: EXPORT_LIMIT, items: { type: 'string', minLength: 1, maxLength: 64 } },
    format: { type: 'string', enum: [...EXPORT_FORMATS] },
  },
} as const

/** `POST /api/parcels/export`: some parcels as a file. Never anything of an owner. */
export const exportRoutes: FastifyPluginAsync<{ reads: Pick<Reads, 'of'> }> = async (app, { reads }) => {
  // A file that must be whole before its first byte is known holds some 100 MB for 20,000 parcels: two at a time.
  const build = limitConcurrency({ atOnce: 2, waiting: 8 }, () => new Problem('busy', [BUSY]))

  app.post<{ Body: ExportBody }>(
    '/api/parcels/export',
    {
      bodyLimit: 2 * 1024 * 1024,
      schema: {
        tags: ['parcels'],
        summary: 'Export parcels as a file',
        description:
          'Up to 20,000 parcels by id or by code, as GeoJSON (WGS 84), CSV, GeoPackage, zipped Shapefile or DXF (the last three in the authoritative CRS, metres). Parcels that do not exist are left out; the header `Barzan-Parcels` says how many are in the file.',
        body,
        response: {
          200: {
            description: 'The file, named in Content-Disposition.',
            content: Object.fromEntries(
              Object.values(MEDIA_TYPES).map((type) => [
                type.split(';')[0],
                { schema: type.includes('json') ? { type: 'object' } : { type: 'string', format: 'binary' } },
              ]),
            ),
          },
        },
      },
    },
    async (request, reply) => {
      const { ids, codes, format } = request.body
      if (!ids === !codes) throw new Problem('bad-request', [IDS_OR_CODES])
      const db = reads.of(request)
      const sets = await findExportSet(db, ids ? { ids } : { codes: codes! })
      if (sets.length === 0) throw new Problem('parcel-not-found', [NONE_FOUND])
      if (sets.length > 1) throw new Problem('bad-request', [ONE_MUNICIPALITY])
      return sendFile(db, reply, sets[0]!, format)
    },
  )

  async function sendFile(db: Db, reply: FastifyReply, set: ExportSet, format: ExportFormat) {
    const now = new Date()
    const name = nameExport(set, format, findDayInTehran(now))
    const rows = limitTime(readExportRows(db, set, format === 'geojson' ? 'geojson' : format === 'csv' ? 'none' : 'wkb'), reply)
    const file = await write(format, set, rows, name, now)
    return reply
      .type(MEDIA_TYPES[format])
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('barzan-parcels', set.ids.length)
      .header('cache-control', 'no-store')
      .send(file)
  }

  async function write(format: ExportFormat, set: ExportSet, rows: AsyncGenerator<ExportRow[]>, name: string, now: Date) {
    if (format === 'geojson') return begin(writeGeoJson(rows))
    if (format === 'csv') return begin(writeCsv(rows))
    return build(() => {
      if (format === 'gpkg') return writeGeoPackage(set, rows, now)
      if (format === 'dxf') return writeDxf(set, rows)
      return writeShapefile(set, rows, name.replace(/\.zip$/, ''), now)
    })
  }
}

/** A stream whose first two pieces are already made, so that what fails at the start is still answered as a problem. */
async function begin(pieces: AsyncGenerator<string>): Promise<Readable> {
  const first = [(await pieces.next()).value, (await pieces.next()).value].filter((piece) => typeof piece === 'string')
  return Readable.from(
    (async function* () {
      yield* first
      yield* pieces
    })(),
    { objectMode: false },
  )
}

/** The same rows, until the reader has gone or the time is up. */
async function* limitTime(rows: AsyncGenerator<ExportRow[]>, reply: FastifyReply): AsyncGenerator<ExportRow[]> {
  const end = Date.now() + TIME_LIMIT_MS
  for await (const batch of rows) {
    if (reply.raw.destroyed) throw new Problem('request-timeout')
    if (Date.now() > end) throw new Problem('too-slow')
    yield batch
  }
}

const IDS_OR_CODES = { fa: 'یا ids بفرستید یا codes، نه هر دو.', en: 'Send either ids or codes, not both.', at: 'ids' }
const NONE_FOUND = { fa: 'هیچ‌یک از ملک‌های خواسته‌شده پیدا نشد.', en: 'None of the parcels asked for exists.', at: 'ids' }
const ONE_MUNICIPALITY = {
  fa: 'ملک‌ها از چند شهرند و دستگاه مختصات یکسان ندارند؛ هر شهر را جدا بگیرید.',
  en: 'The parcels belong to several municipalities with different coordinate systems; export each on its own.',
}
const BUSY = {
  fa: 'چند خروجی دیگر در حال ساخته‌شدن است؛ کمی بعد دوباره بخواهید.',
  en: 'Other exports are being made; ask again in a moment.',
}
