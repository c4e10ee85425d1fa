import { readFile, stat } from 'node:fs/promises'
import { parseCsv } from '../../kernel/parse-csv.ts'
import type { FieldMap } from './choose-fields.ts'
import { readValues, type Values } from './read-values.ts'
import { RefusalError } from './refusal.ts'
import type { ImportOptions } from './types.ts'

const LARGEST_BYTES = 256 * 1024 * 1024
/** Several codes of use of one parcel, to be looked up one by one. */
export const USE_SEPARATOR = ' + '
/** Of these the one most rows have is taken; of everything else only what all rows agree on. */
const MOST_COMMON: readonly (keyof Values)[] = ['address', 'house_number', 'postal_code']

/** A table joined to parcels by their code. */
export interface Join {
  /** our names that the table brings */
  brings: string[]
  /** the part of --map that is about the file itself */
  leaveOwn(map: FieldMap): FieldMap
  join(values: Values): Values
  /** told after the last feature */
  remarks(): string[]
}

/**
 * Open a CSV with a header. A field of --map that the table has comes from the table; the code always from the file.
 * A parcel may have many rows (one per flat).
 */
export async function openJoin({ file, join: key, map }: NonNullable<ImportOptions['table']>): Promise<Join> {
  const rows = parseCsv((await readTable(file)).replace(/^\ufeff/, ''))
  const fields = Object.keys(rows[0] ?? {})
  if (!fields.includes(key)) {
    throw new RefusalError(
      `The table has no field "${key}" (--join). ${fields.length > 0 ? `It has: ${fields.join(', ')}.` : 'It is empty.'}`,
    )
  }
  const own = Object.entries(map).filter(([name, field]) => name === 'code' || !fields.includes(field))
  const brought: FieldMap = Object.fromEntries(
    Object.entries(map).filter(([name, field]) => name !== 'code' && fields.includes(field)),
  )
  const byCode = groupRows(rows, key, brought)
  const matched = new Set<string>()
  return {
    brings: Object.keys(brought),
    leaveOwn: () => Object.fromEntries(own),
    join(values) {
      const found = values.code === null ? undefined : byCode.get(values.code)
      if (!found) return values
      matched.add(values.code!)
      return mergeRows(values, found)
    },
    remarks: () => [`The table has ${rows.length} rows for ${byCode.size} codes; ${matched.size} of them are in the file.`],
  }
}

async function readTable(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > LARGEST_BYTES) throw new RefusalError(`The table is larger than ${LARGEST_BYTES >> 20} MB.`)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof RefusalError) throw error
    throw new RefusalError(`The table ${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

function groupRows(rows: readonly Record<string, string>[], key: string, brought: FieldMap): Map<string, Values[]> {
  const byCode = new Map<string, Values[]>()
  for (const row of rows) {
    const values = readValues('parcels', { ...brought, code: key }, row, () => undefined)
    if (values.code === null) continue
    const group = byCode.get(values.code)
    if (group) group.push(values)
    else byCode.set(values.code, [values])
  }
  return byCode
}

function mergeRows(values: Values, rows: readonly Values[]): Values {
  const merged: Record<string, unknown> = { ...values }
  for (const name of Object.keys(values) as (keyof Values)[]) {
    if (values[name] !== null) continue
    const found = rows.map((row) => row[name]).filter((value) => value !== null)
    const distinct = [...new Set(found)]
    if (distinct.length === 1) merged[name] = distinct[0]
    else if (name === 'use' && distinct.length > 1) merged[name] = distinct.toSorted().join(USE_SEPARATOR)
    else if (MOST_COMMON.includes(name) && distinct.length > 1) merged[name] = findMostCommon(found)
  }
  return merged as unknown as Values
}

/** The earliest of those that occur most often. */
function findMostCommon<T>(values: readonly T[]): T {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0]
}
