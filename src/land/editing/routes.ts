import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Db } from '#db/connect.ts'
import type { Reads } from '#db/reads.ts'
import { problemAnswers, ref, text, type Schema } from '../../kernel/json-schema.ts'
import { limitConcurrency } from '../../kernel/limit-concurrency.ts'
import { Problem } from '../../kernel/problem.ts'
import { requireAdminToken } from '../../people/access/admin-token.ts'
import { composeParcel } from '../parcels/compose-parcel.ts'
import { nameEdition } from '../parcels/edition.ts'
import { requireParcel } from '../parcels/routes.ts'
import { LAND_USES, type ParcelDetailFeature, type ParcelId } from '../parcels/types.ts'
import { changeParcel } from './change-parcel.ts'
import { LEAST_AREA_M2, LEAST_WIDTH_M, MOST_PARCELS, SNAP_M } from './limits.ts'
import { mergeParcels } from './merge-parcels.ts'
import { readChange, readMerge, readSplit } from './read-edit.ts'
import { splitParcel } from './split-parcel.ts'
import { readTouchedTiles, type EditNote } from './tell-tiles.ts'
import type { Act, ParcelEdited, ParcelsEdited, TouchedTiles } from './types.ts'

export interface EditingOptions {
  /** the primary: what was just written is read from it */
  db: Db
  /** told of each edit, so that whoever made it reads it everywhere */
  reads: Pick<Reads, 'noteWrite'>
  adminToken: string | null
  /** After an edit: bring what is drawn of this municipality at low zooms up to date, and let every open map know. */
  settle: (municipalityId: number) => Promise<void>
}

/** Correct, split and merge parcels; for whoever has the administrator token. */
export async function editingRoutes(app: FastifyInstance, { db, reads, adminToken, settle }: EditingOptions) {
  // An edit that waits for others on its ground holds a connection: some must be left for those who read.
  const inTurn = limitConcurrency({ atOnce: 2, waiting: 32 }, () => new Problem('busy', [BUSY]))
  // Before a byte of the body is read.
  app.addHook('onRequest', requireAdminToken(adminToken))
  // Bodies are checked by hand: a schema's complaint about one of 10,000 coordinates helps nobody.
  app.setValidatorCompiler(() => () => true)

  app.patch<{ Params: { code: string }; Body: unknown }>(
    '/api/parcels/:code',
    {
      schema: {
        ...closed,
        summary: 'Correct the outline or the land use of a parcel',
        description: `The parcel keeps its code and id; what it was is kept. Geometry is GeoJSON in lon/lat, checked in the authoritative CRS: positions within ${SNAP_M} m of a corner or edge of the parcel as it was or of its neighbours are laid on it; an invalid shape is refused, never mended; so are overlaps. If-Match with the ETag of the parcel refuses a change of anything newer. residentialDensity is only of RES.`,
        params: { type: 'object', required: ['code'], properties: { code: { ...text, maxLength: 100 } } },
        headers: { type: 'object', properties: { 'if-match': { ...text, description: 'ETag of GET /api/parcels/{code}' } } },
        body: {
          type: 'object',
          minProperties: 1,
          properties: {
            landUse: { enum: [...LAND_USES, null] },
            residentialDensity: { enum: [1, 2, 3, null] },
            geometry: { type: 'object', description: 'Polygon or MultiPolygon, at most 10,000 positions' },
          },
          additionalProperties: false,
        },
        response: { ...ok('The parcel as it is now', 'ParcelEdited'), ...problemAnswers(400, 401, 404, 409, 412, 413, 415, 422) },
      },
    },
    async (request, reply): Promise<ParcelEdited> => {
      const change = readChange(request.body)
      const id = await requireParcel(db, request.params.code)
      const note = await inTurn(() => changeParcel(db, act(), id, change, request.headers['if-match']))
      const { parcels, ...touched } = await finish(reply, note)
      const parcel = parcels[0]!
      void reply.header('etag', nameEdition(parcel.properties))
      return { parcel, ...touched }
    },
  )

  app.post<{ Body: unknown }>(
    '/api/parcels/split',
    {
      schema: {
        ...closed,
        summary: 'Split a parcel along a line',
        description: `The line goes from boundary to boundary; every piece becomes a parcel with a new code, from the north-west, and the old one is retired. Pieces under ${LEAST_AREA_M2} m² or narrower than ${LEAST_WIDTH_M} m are refused. Buildings and facilities go to the piece that holds most of them; plot number and deed area of the pieces are unknown.`,
        body: {
          type: 'object',
          required: ['parcel', 'line'],
          properties: {
            parcel: { ...text, description: 'code' },
            line: { type: 'object', description: 'GeoJSON LineString, lon/lat' },
          },
          additionalProperties: false,
        },
        response: { ...ok('The new parcels', 'ParcelsEdited'), ...problemAnswers(400, 401, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply): Promise<ParcelsEdited> => {
      const { parcel, line } = readSplit(request.body)
      const id = await requireParcel(db, parcel)
      return finish(reply, await inTurn(() => splitParcel(db, act(), id, line)))
    },
  )

  app.post<{ Body: unknown }>(
    '/api/parcels/merge',
    {
      schema: {
        ...closed,
        summary: 'Merge parcels into one',
        description:
          'Current parcels of one block, each sharing a border with another; they are retired and one with a new code takes their place. Address and neighbourhood are those of the largest. landUse is needed when theirs differ.',
        body: {
          type: 'object',
          required: ['parcels'],
          properties: {
            parcels: { type: 'array', items: { ...text, description: 'code' }, minItems: 2, maxItems: MOST_PARCELS },
            landUse: { enum: [...LAND_USES, null] },
          },
          additionalProperties: false,
        },
        response: { ...ok('The new parcel', 'ParcelEdited'), ...problemAnswers(400, 401, 404, 409, 413, 415, 422) },
      },
    },
    async (request, reply): Promise<ParcelEdited> => {
      const { parcels: codes, landUse } = readMerge(request.body)
      const ids = new Set<ParcelId>()
      for (const code of codes) ids.add(await requireParcel(db, code))
      if (ids.size < codes.length) throw new Problem('unprocessable', [TWICE])
      const note = await inTurn(() => mergeParcels(db, act(), [...ids], landUse))
      const { parcels, ...touched } = await finish(reply, note)
      return { parcel: parcels[0]!, ...touched }
    },
  )

  /** What the answer says of an edit that is done. Nothing that fails here undoes it, so nothing here may make it look failed. */
  async function finish(reply: FastifyReply, note: EditNote): Promise<TouchedTiles & { parcels: ParcelDetailFeature[] }> {
    if (note.span) {
      await settle(note.municipalityId).catch((cause: unknown) => reply.log.warn({ err: cause }, 'tiles follow the edit later'))
    }
    await reads.noteWrite(reply)
    const touched = await readTouchedTiles(db, note)
    const parcels: ParcelDetailFeature[] = []
    for (const id of note.ids) parcels.push((await composeParcel(db, id))!)
    return { parcels, ...touched }
  }
}

/** Until accounts exist, whoever has the token is the administrator. */
function act(): Act {
  return { actor: 'administrator', now: new Date() }
}

const closed = { tags: ['editing'], security: [{ adminToken: [] }] }

function ok(description: string, id: string): Record<string, Schema> {
  return { 200: { description, content: { 'application/json': { schema: ref(id) } } } }
}

const BUSY = {
  fa: 'چند ویرایش دیگر در حال انجام است؛ کمی بعد دوباره بفرستید.',
  en: 'Other edits are being made; send it again in a moment.',
}
const TWICE = { at: 'parcels', fa: 'یک ملک دو بار آمده است.', en: 'A parcel is given twice.' }
