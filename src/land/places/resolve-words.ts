import { sql, type RawBuilder } from 'kysely'
import type { Db } from '#db/connect.ts'

/** How alike a misspelt street name must be (pg_trgm word similarity, 0…1). */
const ALIKE = 0.5

/** Most places that words resolve to: a large city has hundreds of alleys of one name. */
const MOST = 300

/** Streets whose name holds every word (folded), the shortest names first. */
export async function listStreetIds(db: Db, words: readonly string[]): Promise<number[]> {
  return listIds(db, 'streets', 'street_id', words)
}

/** Neighbourhoods whose name holds every word (folded), the shortest names first. */
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
  const wholeWords = words.map((word) => `% ${escapeLike(word)} %`)
  const { rows } = await sql<{ id: number }>`
    select ${sql.ref(id)} as id from ${sql.table(`land.${table}`)}
    where ${holdsWords(sql`search_key`, words)} and ' ' || search_key || ' ' like all (${wholeWords}::text[])
    order by length(search_key), 1 limit ${MOST}`.execute(db)
  return rows.map((row) => row.id)
}

/** Every word occurs in the key: one test each, since the trigram index answers LIKE but not LIKE ALL. */
export function holdsWords(key: RawBuilder<unknown>, words: readonly string[]): RawBuilder<unknown> {
  return sql.join(
    words.map((word) => sql`${key} like ${`%${escapeLike(word)}%`}`),
    sql` and `,
  )
}

/** A folded word holds letters and digits only, but a parameter is a parameter. */
export function escapeLike(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&')
}
