import type { FastifyInstance } from 'fastify'
import type { Reads } from '#db/reads.ts'
import { list, problemAnswers, record, ref } from '../../kernel/json-schema.ts'
import { Problem } from '../../kernel/problem.ts'
import { findPlace } from './describe-places.ts'
import { openMunicipality } from './municipality.ts'
import { searchPlaces } from './search-places.ts'
import { PLACE_KINDS, type PlaceKind } from './types.ts'

const json = (description: string, schema: Record<string, unknown>, type = 'application/json') => ({
  200: { description, content: { [type]: { schema } } },
})

/** The city as a whole, and the things other than parcels that have a name. */
export async function placeRoutes(app: FastifyInstance, { reads }: { reads: Pick<Reads, 'of'> }) {
  const findMunicipality = openMunicipality()

  app.get(
    '/api/municipality',
    {
      schema: {
        tags: ['places'],
        summary: 'The municipality: names, extent, calendar, what is recorded',
        response: { ...json('The profile', ref('Municipality')), ...problemAnswers(404) },
      },
    },
    async (request) => {
      const municipality = await findMunicipality(reads.of(request))
      if (municipality) return municipality
      throw new Problem('municipality-not-found', [
        { fa: 'با npm run import یا npm run city شهری را وارد کنید.', en: 'Load a city with npm run import or npm run city.' },
      ])
    },
  )

  app.get<{ Querystring: { q: string; limit: number } }>(
    '/api/places',
    {
      schema: {
        tags: ['places'],
        summary: 'Search streets, neighbourhoods, facilities, water and zones by name',
        querystring: {
          type: 'object',
          required: ['q'],
          properties: {
            q: { type: 'string', minLength: 1, maxLength: 200 },
            limit: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
          },
        },
        response: { ...json('The best first', record({ items: list(ref('Place')) })), ...problemAnswers(400) },
      },
    },
    async (request) => {
      const { query } = request
      if (query.q.includes('\0')) throw new Problem('bad-query')
      return { items: await searchPlaces(reads.of(request), query.q, query.limit) }
    },
  )

  app.get<{ Params: { kind: PlaceKind; id: number } }>(
    '/api/places/:kind/:id',
    {
      schema: {
        tags: ['places'],
        summary: 'One place as a GeoJSON feature',
        params: record({
          kind: { type: 'string', enum: [...PLACE_KINDS] },
          id: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
        }),
        response: { ...json('The place', ref('PlaceFeature')), ...problemAnswers(400, 404) },
      },
    },
    async (request) => {
      const { params } = request
      const found = await findPlace(reads.of(request), params.kind, params.id)
      if (!found) throw new Problem('place-not-found')
      return { type: 'Feature', id: params.id, geometry: found.geometry, properties: found.place }
    },
  )
}
