import { bbox, bool, instant, list, position, record, ref, text, textOrNull, whole } from '../../kernel/json-schema.ts'
import { PLACE_KINDS } from './types.ts'

/** Registered with Fastify once; the same shapes as types.ts. */
export const placeSchemas = [
  {
    $id: 'Place',
    ...record({
      kind: { enum: [...PLACE_KINDS] },
      id: whole,
      nameFa: textOrNull,
      nameEn: textOrNull,
      detailFa: textOrNull,
      detailEn: textOrNull,
      point: position,
      bbox,
    }),
  },
  {
    $id: 'PlaceFeature',
    ...record({
      type: { const: 'Feature' },
      id: whole,
      geometry: { type: 'object', description: 'GeoJSON geometry' },
      properties: ref('Place'),
    }),
  },
  {
    $id: 'Municipality',
    ...record({
      slug: text,
      nameFa: text,
      nameEn: text,
      srid: whole,
      codeScheme: { enum: ['renovation-7', 'free'] },
      calendar: { enum: ['jalali', 'gregorian'] },
      weekend: list(whole),
      isSynthetic: bool,
      bbox,
      center: position,
      counts: record({
        parcels: whole,
        buildings: whole,
        streets: whole,
        neighbourhoods: whole,
        zones: whole,
        facilities: whole,
      }),
      recordedAt: instant,
    }),
  },
]
