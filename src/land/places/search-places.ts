import { sql, type RawBuilder } from 'kysely'
import type { Db } from '#db/connect.ts'
import { foldText } from '../../kernel/text.ts'
import { describePlaces } from './describe-places.ts'
import { escapeLike, holdsWords } from './resolve-words.ts'
import { tellingWords } from './telling-words.ts'
import type { Place, PlaceKind } from './types.ts'

/** How alike a misspelt name must be (pg_trgm word similarity). */
const ALIKE = 0.5

interface Candidate {
  kind: PlaceKind
  id: number
}

/**
 * Places whose name holds every word, whole names first, then names that begin with the text, then the rest; when there is
 * none, names that are spelt alike. Codes find no place. At most `limit`.
 */
export async function searchPlaces(db: Db, q: string, limit: number): Promise<Place[]> {
  const folded = foldText(q)
  if (folded === '') return []
  const words = tellingWords(folded)
  const text = words.join(' ')
  const isNumeric = !/\p{Letter}/u.test(folded)
  // Numbers in a row are the code or the plot of a parcel; only a single one may name a place: «کوچهٔ ۱۲».
  if (isNumeric && /\d\D+\d/.test(folded)) return []
  const isLike = (key: RawBuilder<unknown>) => holdsWords(key, words)
  const rank = (key: RawBuilder<unknown>) => sql`
    case when ${key} in (${folded}, ${text}) then 0
         when ${key} like ${escapeLike(folded) + '%'} or ${key} like ${escapeLike(text) + '%'} then 1
         when ' ' || ${key} || ' ' like ${`% ${escapeLike(text)} %`} then 2
         when ' ' || ${key} like ${`% ${escapeLike(text)}%`} then 3 else 4 end`
  const found = await listCandidates(db, isLike, rank, limit)
  // A number is never a misspelt name.
  if (found.length > 0 || isNumeric) return describePlaces(db, found)
  const isAlike = (key: RawBuilder<unknown>) =>
    sql`${folded} <% ${key} and word_similarity(${folded}, ${key}) >= ${ALIKE}::float4`
  const distance = (key: RawBuilder<unknown>) => sql`1 - word_similarity(${folded}, ${key})`
  return describePlaces(db, await listCandidates(db, isAlike, distance, limit))
}

async function listCandidates(
  db: Db,
  matches: (key: RawBuilder<unknown>) => RawBuilder<unknown>,
  rank: (key: RawBuilder<unknown>) => RawBuilder<unknown>,
  limit: number,
): Promise<Candidate[]> {
  const stored = sql`search_key`
  const water = sql`kernel.fold_text(coalesce(name_fa, '') || ' ' || coalesce(name_en, ''))`
  const zone = sql`kernel.fold_text(code || ' ' || coalesce(name_fa, '') || ' ' || coalesce(name_en, ''))`
  const one = (kind: PlaceKind, place: number, table: string, id: string, key: RawBuilder<unknown>) => sql`
    (select ${kind}::text as kind, ${place}::int as place, ${sql.ref(id)} as id, ${rank(key)} as rank, length(${key}) as length
     from ${sql.table(table)} where ${matches(key)} order by rank, length, id limit ${limit})`
  const { rows } = await sql<Candidate>`
    select kind, id from (
      ${one('neighbourhood', 0, 'land.neighbourhoods', 'neighbourhood_id', stored)}
      union all ${one('street', 1, 'land.streets', 'street_id', stored)}
      union all ${one('facility', 2, 'land.facilities', 'facility_id', stored)}
      union all ${one('water', 3, 'land.water_courses', 'water_course_id', water)}
      union all (select 'zone', 4, id, rank, length from (
        select distinct on (code) plan_unit_id as id, ${rank(zone)} as rank, length(${zone}) as length
        from land.plan_units where ${matches(zone)} order by code, ST_Area(geom) desc, plan_unit_id) z order by rank, length, id limit ${limit})
    ) c order by rank, place, length, id limit ${limit}`.execute(db)
  return rows
}
