import type { FastifyInstance } from 'fastify'
import type { Db } from '#db/connect.ts'
import type { Reads } from '#db/reads.ts'
import { readBbox } from '../../kernel/bbox.ts'
import { list, number, numberOrNull, position, problemAnswers, record, ref, whole } from '../../kernel/json-schema.ts'
import { limitConcurrency } from '../../kernel/limit-concurrency.ts'
import { Problem } from '../../kernel/problem.ts'
import { composeParcel, composePlan } from './compose-parcel.ts'
import { nameEdition } from './edition.ts'
import { measureShape } from './measure.ts'
import { findParcelAt, findParcelId, listSummaries } from './queries.ts'
import { badGeometry, readMeasured, readPolygon } from './read-geometry.ts'
import { searchParcels } from './search.ts'
import { selectParcels, type SelectionArea } from './select-parcels.ts'

/** Most metres of a selection by distance. */
const MOST_RADIUS_M = 5000

const codeParam = record({
  code: {
    type: 'string',
    minLength: 1,
    maxLength: 100,
    description: 'Parcel code; the renovation code is accepted in either reading order',
  },
})
const ok = (description: string, schema: Record<string, unknown>, type = 'application/json') => ({
  200: { description, content: { [type]: { schema } } },
})
const geometryBody = (description: string, types: string[]) => ({
  type: 'object',
  description,
  required: ['type', 'coordinates'],
  properties: { type: { enum: types }, coordinates: { type: 'array' } },
})

/** Parcels: search, sheet, plan, selection, rows, measuring. */
export async function parcelRoutes(app: FastifyInstance, { reads }: { reads: Pick<Reads, 'of'> }) {
  // A selection may take seconds of a processor and of a connection: some must be left for everybody else.
  const inTurn = limitConcurrency({ atOnce: 2, waiting: 16 }, () => new Problem('busy', [BUSY]))

  app.get<{ Querystring: { q?: string; bbox?: string; limit: number; cursor?: string } }>(
    '/api/parcels',
    {
      schema: {
        tags: ['parcels'],
        summary: 'Search and list parcels',
        description:
          'q: renovation code (whole or its beginning, either reading order, any separator, Persian digits), free code, registration plot main/sub, postal code (at least five digits), or words of the address with the plate. Without q: all current parcels, of the box when bbox is given. Retired parcels are found by their whole code only.',
        querystring: {
          type: 'object',
          properties: {
            q: { type: 'string', maxLength: 200 },
            bbox: { type: 'string', maxLength: 200, description: 'west,south,east,north in degrees' },
            limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
            cursor: { type: 'string', minLength: 1, maxLength: 1000, description: 'nextCursor of the previous page' },
          },
        },
        response: { ...ok('Parcels in a stable order', ref('ParcelPage')), ...problemAnswers(400) },
      },
    },
    async (request) => {
      const { query } = request
      const q = (query.q ?? '').trim()
      if (q.includes('\0')) throw new Problem('bad-query')
      return searchParcels(reads.of(request), {
        q,
        bbox: query.bbox === undefined ? null : readBbox(query.bbox),
        limit: query.limit,
        cursor: query.cursor ?? null,
      })
    },
  )

  app.get<{ Querystring: { lon: number; lat: number } }>(
    '/api/parcels/at',
    {
      schema: {
        tags: ['parcels'],
        summary: 'The parcel under a point',
        querystring: {
          type: 'object',
          required: ['lon', 'lat'],
          properties: {
            lon: { type: 'number', minimum: -180, maximum: 180 },
            lat: { type: 'number', minimum: -85, maximum: 85 },
          },
        },
        response: { ...ok('The parcel; the smallest where parcels overlap', ref('ParcelFeature')), ...problemAnswers(400, 404) },
      },
    },
    async (request) => {
      const { query } = request
      const parcel = await findParcelAt(reads.of(request), [query.lon, query.lat])
      if (!parcel)
        throw new Problem('parcel-not-found', [{ fa: 'در این نقطه ملکی نیست.', en: 'There is no parcel at this point.' }])
      return parcel
    },
  )

  app.get<{ Params: { code: string } }>(
    '/api/parcels/:code',
    {
      schema: {
        tags: ['parcels'],
        summary: 'Everything the public may know of one parcel',
        params: codeParam,
        response: { ...ok('The parcel', ref('ParcelDetailFeature')), ...problemAnswers(400, 404) },
      },
    },
    async (request, reply) => {
      const { code } = request.params
      const db = reads.of(request)
      const parcel = (await composeParcel(db, await requireParcel(db, code))) ?? missing(code)
      // For If-Match: what an edit of this parcel must not have overtaken.
      return reply.header('etag', nameEdition(parcel.properties)).send(parcel)
    },
  )

  app.get<{ Params: { code: string } }>(
    '/api/parcels/:code/plan',
    {
      schema: {
        tags: ['parcels'],
        summary: 'Survey plan of one parcel, in metres of the authoritative CRS',
        params: codeParam,
        response: { ...ok('The plan', ref('ParcelPlan')), ...problemAnswers(400, 404) },
      },
    },
    async (request) => {
      const { code } = request.params
      const db = reads.of(request)
      return (await composePlan(db, await requireParcel(db, code))) ?? missing(code)
    },
  )

  app.post<{ Body: unknown }>(
    '/api/parcels/select',
    {
      // Checked by hand: a schema's complaint about one of 10,000 coordinates helps nobody.
      validatorCompiler: () => () => true,
      schema: {
        tags: ['parcels'],
        summary: 'Select parcels by polygon, by distance from a point, or along a street',
        description:
          'A parcel is selected when its ground shares more than a boundary with the polygon; when it is within radiusM of the point; when it is within distanceM of the right of way of the street.',
        body: {
          oneOf: [
            geometryBody('GeoJSON, closed, at most 10,000 positions', ['Polygon', 'MultiPolygon']),
            record({ point: position, radiusM: { ...number, exclusiveMinimum: 0, maximum: MOST_RADIUS_M } }),
            record({ streetId: whole, distanceM: { ...number, minimum: 0, maximum: MOST_RADIUS_M } }),
          ],
        },
        response: { ...ok('The parcels and what they add up to', ref('ParcelSelection')), ...problemAnswers(400, 404, 413, 415) },
      },
    },
    async (request) => {
      const area = readSelectionArea(request.body)
      return inTurn(() => selectParcels(reads.of(request), area))
    },
  )

  app.post<{ Body: { ids: number[] } }>(
    '/api/parcels/rows',
    {
      schema: {
        tags: ['parcels'],
        summary: 'Rows of a selection',
        body: record({
          ids: {
            type: 'array',
            minItems: 0,
            maxItems: 500,
            items: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
          },
        }),
        response: {
          ...ok('In the order asked for; unknown ids are left out', record({ items: list(ref('ParcelSummary')) })),
          ...problemAnswers(400, 413, 415),
        },
      },
    },
    async (request) => ({ items: await listSummaries(reads.of(request), request.body.ids) }),
  )

  app.post<{ Body: unknown }>(
    '/api/measure',
    {
      validatorCompiler: () => () => true,
      schema: {
        tags: ['parcels'],
        summary: 'Length and area of a drawn shape, in the authoritative CRS',
        body: geometryBody('GeoJSON', ['LineString', 'Polygon', 'MultiPolygon']),
        response: {
          ...ok(
            'Planar; the length of a polygon is that of its boundary',
            record({ lengthM: number, areaM2: numberOrNull, srid: whole }),
          ),
          ...problemAnswers(400, 404, 413, 415),
        },
      },
    },
    async (request) => measureShape(reads.of(request), readMeasured(request.body)),
  )
}

const BUSY = {
  fa: 'چند انتخاب دیگر در حال انجام است؛ کمی بعد دوباره بخواهید.',
  en: 'Other selections are being made; ask again in a moment.',
}

/** The id of the parcel a code means, or the problem that says so. */
export async function requireParcel(db: Db, code: string): Promise<number> {
  if (code.includes('\0')) throw new Problem('bad-code')
  return (await findParcelId(db, code)) ?? missing(code)
}

function missing(code: string): never {
  throw new Problem('parcel-not-found', [
    { at: 'code', fa: `ملکی با کد ${code} ثبت نشده است.`, en: `No parcel is recorded with the code ${code}.` },
  ])
}

function readSelectionArea(body: unknown): SelectionArea {
  if (typeof body !== 'object' || body === null)
    throw badGeometry('یک Polygon از نوع GeoJSON بفرستید.', 'Send a GeoJSON Polygon.')
  const { point, radiusM, streetId, distanceM } = body as Record<string, unknown>
  if (point !== undefined) {
    const [lon, lat] = Array.isArray(point) ? (point as unknown[]) : []
    if (typeof lon !== 'number' || typeof lat !== 'number' || Math.abs(lon) > 180 || Math.abs(lat) > 85) {
      throw badGeometry('«point» باید [طول، عرض] به درجه باشد.', '"point" must be [longitude, latitude] in degrees.')
    }
    return { point: [lon, lat], radiusM: readMetres('radiusM', radiusM, 0.01) }
  }
  if (streetId === undefined) return { polygon: readPolygon(body) }
  if (!Number.isSafeInteger(streetId)) throw badGeometry('«streetId» باید عدد باشد.', '"streetId" must be a whole number.')
  return { streetId: streetId as number, distanceM: readMetres('distanceM', distanceM, 0) }
}

function readMetres(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least && value <= MOST_RADIUS_M) return value
  throw badGeometry(
    `«${name}» باید عددی تا ${MOST_RADIUS_M} متر باشد.`,
    `"${name}" must be a number of metres up to ${MOST_RADIUS_M}.`,
  )
}
