import { sql, type RawBuilder } from 'kysely'
import type { Reading } from './parse-query.ts'

type Sql = RawBuilder<unknown>

/** One ordered list of parcels: what belongs to it, and the key by which it is sorted and continued. The key ends with the id. */
export interface Stage {
  /** boolean over `p` (land.parcels); never null, since later stages negate it */
  matches: Sql
  key: { column: Sql; type: 'text' | 'int' | 'bigint' }[]
  /** more than the page is read, in no order, then sorted: for indexes that know no order */
  candidates?: number
}

const ID: Stage['key'][number] = { column: sql`p.parcel_id`, type: 'bigint' }
const UPPER_CODE = sql`(upper(p.code) collate "C")`
const CURRENT = sql`p.status = 'current'`
/** The plate as a number, so that 9 comes before 11; a plate without one comes last. */
const PLATE = sql`coalesce(substring(p.house_number from '^\\d{1,8}')::int, 2147483647)`
/** Sorts after every text that begins with the same prefix. */
const LAST = '\u{10ffff}'

/** How many parcels a search by words looks at; more words narrow it. */
export const WORD_CANDIDATES = 1000

/** All current parcels, in the order of their ids. */
export const everyParcel: Stage = { matches: CURRENT, key: [ID] }

/** The stages of a reading, best first. `streetIds` and `neighbourhoodIds` are what its words resolve to in the small tables. */
export function listStages(reading: Reading, words: { streetIds: number[]; neighbourhoodIds: number[] }): Stage[] {
  switch (reading.kind) {
    case 'codes':
      return reading.codes.map((code) => ({ matches: sql`${UPPER_CODE} = ${code}`, key: [ID] }))
    case 'code-prefix': {
      const { prefix } = reading
      return [
        {
          matches: sql`${UPPER_CODE} >= ${prefix} and ${UPPER_CODE} < ${prefix + LAST} and ${CURRENT}`,
          key: [{ column: UPPER_CODE, type: 'text' }, ID],
        },
      ]
    }
    case 'registration': {
      const sub = reading.sub === null ? sql`` : sql`and coalesce(p.registration_sub, 0) = ${reading.sub}`
      const section =
        reading.section === null
          ? sql``
          : sql`and kernel.fold_text(coalesce(p.registration_section, '')) = kernel.fold_text(${reading.section})`
      return [
        {
          matches: sql`coalesce(p.registration_main = ${reading.main}, false) ${sub} ${section} and ${CURRENT}`,
          key: [{ column: sql`coalesce(p.registration_sub, 0)`, type: 'int' }, ID],
        },
      ]
    }
    case 'postal': {
      const postal = sql`(p.postal_code collate "C")`
      return [
        {
          matches: sql`p.postal_code is not null and ${postal} >= ${reading.prefix} and ${postal} < ${reading.prefix + LAST} and ${CURRENT}`,
          key: [{ column: postal, type: 'text' }, ID],
        },
      ]
    }
    case 'words':
      return listWordStages(reading, words)
  }
}

/** Words of the written address, then the named street, then the neighbourhood. */
function listWordStages(
  { words, houseNumber }: Extract<Reading, { kind: 'words' }>,
  { streetIds, neighbourhoodIds }: { streetIds: number[]; neighbourhoodIds: number[] },
): Stage[] {
  const plate = houseNumber === null ? sql`` : sql`and upper(coalesce(p.house_number, '')) = ${houseNumber}`
  const key: Stage['key'] = [{ column: PLATE, type: 'int' }, ID]
  const inAddress = (query: string): Stage => ({
    matches: sql`coalesce(land.address_words(p.address) @@ ${query}::tsquery, false) ${plate} and ${CURRENT}`,
    key,
    candidates: WORD_CANDIDATES,
  })
  const stages: Stage[] = [inAddress(words.map(quoteWord).join(' & '))]
  const streetKey: Stage['key'] = [{ column: sql`p.street_id`, type: 'bigint' }, ...key]
  if (streetIds.length > 0) {
    stages.push({
      matches: sql`coalesce(p.street_id = any(${streetIds}::bigint[]), false) ${plate} and ${CURRENT}`,
      key: streetKey,
      candidates: WORD_CANDIDATES,
    })
  }
  if (houseNumber === null && neighbourhoodIds.length > 0) {
    stages.push({
      matches: sql`coalesce(p.neighbourhood_id = any(${neighbourhoodIds}::bigint[]), false) and ${CURRENT}`,
      key: [{ column: sql`p.neighbourhood_id`, type: 'bigint' }, ID],
    })
  }
  // While a word is being typed its beginning must find something; under three letters it would be half the city.
  if ((words.at(-1)?.length ?? 0) >= 3)
    stages.push(inAddress(words.map((word, i) => quoteWord(word) + (i === words.length - 1 ? ':*' : '')).join(' & ')))
  return stages
}

/** A folded word (letters and digits only) as a lexeme of a tsquery. */
function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
}
