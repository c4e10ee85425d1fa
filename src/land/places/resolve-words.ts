import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'

/** How alike a misspelt street name must be (pg_trgm word similarity, 0…1). */
const ALIKE = 0.5

/** Streets whose name holds every word (folded), the shortest names first: at most 40. */
export async function listStreetIds(db: Db, words: readonly string[]): Promise<number[]> {
  return listIds(db, 'streets', 'street_id', words)
}

/** Neighbourhoods whose name holds every word (folded): at most 40. */
export async function listNeighbourhoodIds(db: Db, words: readonly string[]): Promise<number[]> {
  return listIds(db, 'neighbourhoods', 'neighbourhood_id', words)
}

/** Streets whose names are spelt alike, the likest first: at most 10. */
export async function listAlikeStreetIds(db: Db, words: readonly string[]): Promise<number[]> {
  const text = words.join(' ')
  const { rows } = await sql<{ id: number }>`
    select street_id as id from land.streets
    where ${text} <% search_key and word_similarity(${text}, search_key) >= ${ALIKE}::float4
    order by word_similarity(${text}, search_key) desc, street_id limit 10`.execute(db)
  return rows.map((row) => row.id)
}

async function listIds(db: Db, table: 'streets' | 'neighbourhoods', id: string, words: readonly string[]): Promise<number[]> {
  const patterns = words.map((word) => `% ${escapeLike(word)} %`)
  // The padded comparison takes whole words; the bare one lets the trigram index find the few rows to compare.
  const { rows } = await sql<{ id: number }>`
    select ${sql.ref(id)} as id from ${sql.table(`land.${table}`)}
    where search_key like all (${words.map((word) => `%${escapeLike(word)}%`)}::text[])
      and ' ' || search_key || ' ' like all (${patterns}::text[])
    order by length(search_key), 1 limit 40`.execute(db)
  return rows.map((row) => row.id)
}

/** A folded word holds letters and digits only, but a parameter is a parameter. */
export function escapeLike(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&')
}
