import type pg from 'pg'
import { TABLES } from './copy-rows.ts'

/**
 * Take plain indexes and foreign keys off the tables of the city inside the running transaction, so that millions of rows come in
 * at the speed of COPY. @returns a function that puts all of them back, which also checks every reference; nobody else sees the gap.
 */
export async function suspendIndexes(client: pg.ClientBase): Promise<() => Promise<void>> {
  const tables = Object.keys(TABLES).map((name) => `land.${name}`)
  const { rows: keys } = await client.query(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and conrelid = any($1::regclass[]) order by conrelid, conname`,
    [tables],
  )
  const { rows: indexes } = await client.query(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
     from pg_index where indrelid = any($1::regclass[]) and not indisunique order by indrelid, indexrelid`,
    [tables],
  )
  for (const key of keys) await client.query(`alter table ${key.table} drop constraint ${key.name}`)
  for (const index of indexes) await client.query(`drop index ${index.name}`)
  return async () => {
    for (const index of indexes) await client.query(index.definition)
    for (const key of keys) await client.query(`alter table ${key.table} add constraint ${key.name} ${key.definition}`)
  }
}
