import { bool, list, record, ref, whole } from '../../kernel/json-schema.ts'

const touched = {
  tiles: {
    ...list({ type: 'array', items: whole, minItems: 3, maxItems: 3 }),
    description: 'Tiles of the set "land" that changed, as [z, x, y], the generalised zooms included; the finest first',
  },
  everyTile: { ...bool, description: 'So many tiles changed that they are not listed: every tile of the set may have' },
  version: { ...whole, description: 'Of the last change; a tile asked for with ?v= this version is never older' },
}

/** Registered with Fastify once; the same shapes as types.ts. */
export const editingSchemas = [
  { $id: 'ParcelEdited', ...record({ parcel: ref('ParcelDetailFeature'), ...touched }) },
  { $id: 'ParcelsEdited', ...record({ parcels: list(ref('ParcelDetailFeature')), ...touched }) },
]
