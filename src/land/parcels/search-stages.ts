import { sql, type RawBuilder } from 'kysely'
import type { Reading } from './parse-query.ts'

type Sql = RawBuilder<unknown>

/** One ordered list of parcels: what belongs to it, and the key by which it is sorted and continued. The key ends with the id. */
export interface Stage {
  /** boolean over `p` (land.parcels), as an index can use it, the cheap tests first; null counts as no */
  matches: Sql
  key: { column: Sql; type: 'text' | 'int' | 'bigint' }[]
  /** this many are read in no order, then sorted: for indexes that know no order */
  candidates?: number
  /** tried only when everything before it found nothing at all */
  isLastResort?: boolean
}

/** What the words of a reading resolve to in the small tables of names. */
export interface NamedPlaces {
  streetIds: number[]
  neighbourhoodIds: number[]
  /** streets whose names are spelt alike, when there is none with the very words */
  alikeStreetIds: number[]
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

/** The stages of a reading, best first. */
export function listStages(reading: Reading, places: NamedPlaces): Stage[] {
  const stages = listStagesOf(reading, places)
  return reading.isLastResort ? stages.map((stage) => ({ ...stage, isLastResort: true })) : stages
}

function listStagesOf(reading: Reading, places: NamedPlaces): Stage[] {
  switch (reading.kind) {
    case 'codes': {
      const place = sql`array_position(${reading.codes}::text[], upper(p.code))`
      return [{ matches: sql`${UPPER_CODE} = any(${reading.codes}::text[])`, key: [{ column: place, type: 'int' }, ID] }]
    }
    case 'code-prefix':
      return [
        {
          // The whole code is its own first beginning: that one is found retired too.
          matches: sql`${UPPER_CODE} >= ${reading.prefix} and ${UPPER_CODE} < ${reading.prefix + LAST} and (${CURRENT} or ${UPPER_CODE} = ${reading.prefix})`,
          key: [{ column: UPPER_CODE, type: 'text' }, ID],
        },
      ]
    case 'registration':
      return [findRegistration(reading)]
    case 'postal': {
      const postal = sql`(p.postal_code collate "C")`
      return [
        {
          matches: sql`${postal} >= ${reading.prefix} and ${postal} < ${reading.prefix + LAST} and ${CURRENT}`,
          key: [{ column: postal, type: 'text' }, ID],
        },
      ]
    }
    case 'words':
      return listWordStages(reading, places)
  }
}

function findRegistration({ main, sub, section }: Extract<Reading, { kind: 'registration' }>): Stage {
  const withSub = sub === null ? sql`` : sql`and coalesce(p.registration_sub, 0) = ${sub}`
  const inSection =
    section === null ? sql`` : sql`and kernel.fold_text(coalesce(p.registration_section, '')) = kernel.fold_text(${section})`
  return {
    matches: sql`p.registration_main = ${main} ${withSub} and ${CURRENT} ${inSection}`,
    key: [{ column: sql`coalesce(p.registration_sub, 0)`, type: 'int' }, ID],
  }
}

/** The street of that name, then the neighbourhood, then the written address; last, what begins like it or is spelt alike. */
function listWordStages({ words, houseNumber }: Extract<Reading, { kind: 'words' }>, places: NamedPlaces): Stage[] {
  const plates = houseNumber === null ? [] : [...new Set([houseNumber, houseNumber.toLowerCase()])]
  const plate = houseNumber === null ? sql`` : sql`p.house_number = any(${plates}::text[]) and`
  const byPlate: Stage['key'] = [{ column: PLATE, type: 'int' }, ID]
  const onStreets = (ids: number[]): Stage => ({
    matches: sql`p.street_id = any(${ids}::bigint[]) and ${plate} ${CURRENT}`,
    key: [{ column: sql`p.street_id`, type: 'bigint' }, ...byPlate],
    candidates: WORD_CANDIDATES,
  })
  // The plate is among the indexed words: a name that half the city has and a plate meet inside the index.
  const lexemes = [...words.map(quoteWord), ...(houseNumber?.toLowerCase().split('/').map(quoteWord) ?? [])]
  const inAddress = (query: string[]): Stage => ({
    matches: sql`${plate} ${CURRENT} and land.address_words(p.address, p.house_number) @@ ${query.join(' & ')}::tsquery`,
    key: byPlate,
    candidates: WORD_CANDIDATES,
  })
  const stages: Stage[] = []
  if (places.streetIds.length > 0) stages.push(onStreets(places.streetIds))
  if (houseNumber === null && places.neighbourhoodIds.length > 0) {
    stages.push({
      matches: sql`p.neighbourhood_id = any(${places.neighbourhoodIds}::bigint[]) and ${CURRENT}`,
      key: [{ column: sql`p.neighbourhood_id`, type: 'bigint' }, ID],
    })
  }
  stages.push(inAddress(lexemes))
  // While a word is being typed its beginning must find something; under three letters it would be half the city.
  const last = words.length - 1
  if (words[last]!.length >= 3) {
    stages.push({ ...inAddress(lexemes.map((lexeme, i) => (i === last ? `${lexeme}:*` : lexeme))), isLastResort: true })
  }
  if (places.alikeStreetIds.length > 0) stages.push({ ...onStreets(places.alikeStreetIds), isLastResort: true })
  return stages
}

/** A folded word (letters and digits only) as a lexeme of a tsquery. */
function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
}
