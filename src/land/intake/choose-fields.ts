import { RefusalError, UsageError } from './refusal.ts'
import type { Target } from './types.ts'

/** What can be mapped, for each target: our name → what it is. */
export const MAPPABLE: Record<Target, Record<string, string>> = {
  parcels: {
    code: 'the parcel’s code (needed)',
    use: 'land use',
    address: 'the whole address',
    house_number: 'number in the street',
    postal_code: 'postal code',
    deed_area: 'area in the deed, m²',
    surveyed_area: 'surveyed area, m²',
  },
  buildings: {
    id: 'id in the source',
    height: 'height in metres',
    storeys: 'number of storeys',
    year: 'year built',
    use: 'land use',
  },
  streets: { id: 'id in the source', name: 'name', class: 'class', width: 'right-of-way width, m' },
  zones: { code: 'code of the zone (needed)', name: 'name of the zone', id: 'id in the source' },
}

/** Names that are used as they are when --map says nothing. None is a guess at somebody's abbreviation. */
const USUAL: Record<Target, Record<string, readonly string[]>> = {
  parcels: { code: ['code', 'parcel_code', 'renovation_code', 'parcel_id', 'parcelid'], use: ['land_use', 'landuse'], address: ['address'], postal_code: ['postal_code', 'postcode'] },
  buildings: { height: ['height', 'height_m'], storeys: ['storeys', 'stories', 'floors', 'building:levels'], use: ['land_use', 'landuse'] },
  streets: { name: ['name', 'street', 'fullname', 'full_name', 'label', 'streetname', 'street_name'] },
  zones: { code: ['code', 'zone', 'zone_code', 'zone_type'], name: ['name', 'zone_name'] },
} // prettier-ignore
const NEEDED: Partial<Record<Target, string>> = { parcels: 'code', zones: 'code' }

/** A chosen field for each of our names that has one. */
export type FieldMap = Readonly<Record<string, string>>

/** Are the keys of --map ours? Needs no file. @throws UsageError naming the keys there are */
export function checkMapKeys(into: Target, map: Readonly<Record<string, string>>): void {
  const known = MAPPABLE[into]
  const wrong = Object.keys(map).filter((key) => !Object.hasOwn(known, key))
  if (wrong.length === 0) return
  const list = Object.entries(known).map(([key, meaning]) => `  ${key}  ${meaning}`)
  throw new UsageError(
    `--map has ${wrong.map((key) => `"${key}"`).join(', ')}, which ${into} do not have. They have:\n${list.join('\n')}`,
  )
}

/**
 * Which field of the file is which of ours: what --map says, else a usual name whatever its case.
 * @param fields what the file has; for formats without a list, what its first features have
 * @param elsewhere names that another table will bring, so the file need not
 * @throws RefusalError with the file's fields when a field is not there or a needed one is not named
 */
export function chooseFields(
  into: Target,
  map: FieldMap,
  fields: readonly string[],
  elsewhere: readonly string[] = [],
): FieldMap {
  const chosen: Record<string, string> = {}
  for (const [key, field] of Object.entries(map)) {
    const found = fields.includes(field) ? field : findIgnoringCase(fields, field)
    if (!found) throw new RefusalError(`The file has no field "${field}" (--map ${key}=${field}). ${listFields(fields)}`)
    chosen[key] = found
  }
  for (const [key, names] of Object.entries(USUAL[into])) {
    if (key in chosen || elsewhere.includes(key)) continue
    const found = names.map((name) => findIgnoringCase(fields, name)).find((name) => name !== undefined)
    if (found && !Object.values(chosen).includes(found)) chosen[key] = found
  }
  const needed = NEEDED[into]
  if (needed && !(needed in chosen)) {
    throw new RefusalError(
      `Which field is ${MAPPABLE[into][needed]!.replace(' (needed)', '')}? Add --map ${needed}=FIELD. ${listFields(fields)}`,
    )
  }
  return chosen
}

function findIgnoringCase(fields: readonly string[], name: string): string | undefined {
  const same = fields.filter((field) => field.toLowerCase() === name.toLowerCase())
  return same.length === 1 ? same[0] : undefined
}

function listFields(fields: readonly string[]): string {
  return fields.length === 0 ? 'Its features have no fields.' : `The file has: ${fields.join(', ')}.`
}
