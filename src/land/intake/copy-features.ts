import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { encodeGeometry, type Family } from './encode-ewkb.ts'
import type { FieldMap } from './choose-fields.ts'
import { readValues, VALUE_COLUMNS, type Values } from './read-values.ts'
import type { SourceFeature, Target } from './types.ts'

/** The family of geometry that a target is made of. */
const FAMILY: Record<Target, Family> = { parcels: 'polygon', buildings: 'polygon', zones: 'polygon', streets: 'line' }
const FAMILY_WORDS: Record<Family, string> = {
  point: 'points',
  line: 'lines',
  polygon: 'polygons',
  collection: 'a collection or curves',
}
const BATCH_BYTES = 256 * 1024

/** What was seen while staging and is not in the rows. */
export interface Staged {
  read: number
  /** field and problem → ordinals of the features whose value was left out */
  unusable: Map<string, number[]>
  /** features whose collapsed parts were skipped */
  collapsed: number[]
}

/**
 * Send every feature into the temporary table `staged`: memory stays flat whatever the size of the file.
 * @param joined values that another table brings for a feature, by its code
 */
export async function copyFeatures(
  client: pg.ClientBase,
  features: AsyncIterable<SourceFeature>,
  target: { into: Target; fields: FieldMap; join: (values: Values) => Values },
  onRead: (count: number) => void,
): Promise<Staged> {
  const staged: Staged = { read: 0, unusable: new Map(), collapsed: [] }
  const stream = client.query(copyFrom(`copy staged (ordinal, reason, detail, ${VALUE_COLUMNS.join(', ')}, shape) from stdin`))
  // The writer waits on `drain`; a failure of the server must wake it up.
  const failed = new Promise<never>((_, reject) => stream.on('error', reject))
  failed.catch(() => undefined)
  let batch = ''
  try {
    for await (const feature of features) {
      staged.read++
      batch += toLine(feature, target, staged)
      if (batch.length > BATCH_BYTES) {
        if (!stream.write(batch)) await Promise.race([once(stream, 'drain'), failed])
        batch = ''
        onRead(staged.read)
      }
    }
    stream.end(batch)
    await finished(stream)
  } catch (error) {
    stream.destroy(error as Error)
    throw error
  }
  onRead(staged.read)
  return staged
}

function toLine(
  feature: SourceFeature,
  { into, fields, join }: { into: Target; fields: FieldMap; join: (values: Values) => Values },
  staged: Staged,
): string {
  const values = join(
    readValues(into, fields, feature.properties, ({ field, problem }) => {
      const key = `"${field}" ${problem}`
      const ordinals = staged.unusable.get(key) ?? []
      if (ordinals.length === 0) staged.unusable.set(key, ordinals)
      ordinals.push(feature.ordinal)
    }),
  )
  if (feature.lostCollapsed) staged.collapsed.push(feature.ordinal)
  const { reason, detail, ewkb } = judge(feature, into)
  const cells = [feature.ordinal, reason, detail, ...VALUE_COLUMNS.map((column) => values[column]), ewkb]
  return `${cells.map(toCell).join('\t')}\n`
}

function judge(feature: SourceFeature, into: Target): { reason: string | null; detail: string | null; ewkb: string | null } {
  if (feature.defect) return { ...feature.defect, ewkb: null }
  const encoded = encodeGeometry(feature.geometry)
  if (!encoded.ok) return { reason: encoded.reason, detail: encoded.detail, ewkb: null }
  if (encoded.family === FAMILY[into]) return { reason: null, detail: null, ewkb: encoded.ewkb }
  const detail = `${FAMILY_WORDS[encoded.family]}, where ${into} are ${FAMILY_WORDS[FAMILY[into]]}`
  return { reason: 'wrong-type', detail, ewkb: null }
}

function toCell(value: string | number | null): string {
  if (value === null) return '\\N'
  if (typeof value === 'number') return String(value)
  return value.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c]!)
}
