import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { parseCsv } from '#src/kernel/parse-csv.ts'

/** Load what comes from regulation into its tables: rows are added or brought up to date, never removed. Safe to run again. */
export async function loadReference(ownerPool: pg.Pool): Promise<void> {
  const rows = parseCsv(readFileSync(new URL('land-uses.csv', import.meta.url), 'utf8'))
  await ownerPool.query(
    `insert into land.land_uses (code, ordinal, name_fa, name_en, definition_fa, source, valid_from)
     select code, ordinal, name_fa, name_en, definition_fa, source, valid_from
     from jsonb_to_recordset($1::jsonb) as r(code text, ordinal smallint, name_fa text, name_en text, definition_fa text, source text, valid_from date)
     on conflict (code) do update set ordinal = excluded.ordinal, name_fa = excluded.name_fa, name_en = excluded.name_en,
       definition_fa = excluded.definition_fa, source = excluded.source, valid_from = excluded.valid_from
     where (land_uses.ordinal, land_uses.name_fa, land_uses.name_en, land_uses.definition_fa, land_uses.source, land_uses.valid_from)
       is distinct from (excluded.ordinal, excluded.name_fa, excluded.name_en, excluded.definition_fa, excluded.source, excluded.valid_from)`,
    [JSON.stringify(rows)],
  )
}
