import { date, instant, list, number, numberOrNull, orNull, record, text } from '../../kernel/json-schema.ts'
import { ANSWERS } from './types.ts'

/** Registered with Fastify once; the same shape as types.ts. */
export const themeSchemas = [
  {
    $id: 'ThemeAnswer',
    ...record({
      theme: text,
      nameFa: text,
      nameEn: text,
      answer: { enum: [...ANSWERS], description: 'source-failed and no-data never mean "does not apply"' },
      source: record({ fa: text, en: text }),
      dataDate: orNull(date),
      askedAt: instant,
      areaM2: numberOrNull,
      share: { ...numberOrNull, description: 'of the parcel, 0…1' },
      items: list(
        record({ labelFa: text, labelEn: text, effect: { enum: ['no-build', 'conditional', 'inquiry', null] }, areaM2: number }),
      ),
      nearestM: numberOrNull,
    }),
  },
]
