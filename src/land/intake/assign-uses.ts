import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import { parseCsv } from '../../kernel/parse-csv.ts'
import { USE_SEPARATOR } from './join-table.ts'
import { RefusalError } from './refusal.ts'

/**
 * Give each staged feature one of our land-use classes: by --uses, else when its use is the code or the name of a class. What
 * is neither stays without a use (never guessed).
 * @returns the use codes that are none of ours, with their features
 */
export async function assignUses(client: pg.ClientBase, usesFile: string | null): Promise<Map<string, number[]>> {
  const uses = usesFile === null ? [] : await readUses(client, usesFile)
  await client.query(
    `with meanings (folded, code) as (
       select kernel.fold_text(source), code from unnest($1::text[], $2::text[]) as t (source, code)
       union
       select folded, u.code from land.land_uses u
       cross join lateral (values (lower(u.code)), (kernel.fold_text(u.name_fa)), (kernel.fold_text(u.name_en))) n (folded)
       where folded not in (select kernel.fold_text(source) from unnest($1::text[]) as t (source))
     ),
     found as (
       select use, case when bool_or(m.code is null) then null
         when count(distinct m.code) = 1 then min(m.code)
         -- the definition of mixed use: business and homes in one property
         when array_agg(distinct m.code) = '{COM,RES}' then 'MIX' end as code
       from (select distinct use from staged where use is not null) s
       cross join lateral unnest(string_to_array(use, $3)) as part
       left join meanings m on m.folded = kernel.fold_text(part)
       group by use
     )
     update staged s set land_use = found.code from found where found.use = s.use`,
    [uses.map((use) => use.source), uses.map((use) => use.use), USE_SEPARATOR],
  )
  const { rows } = await client.query<{ use: string; ordinals: number[] }>(
    `select use, array_agg(ordinal order by ordinal) as ordinals from staged
     where use is not null and land_use is null and reason is null group by use order by count(*) desc, use`,
  )
  return new Map(rows.map((row) => [row.use, row.ordinals]))
}

async function readUses(client: pg.ClientBase, file: string): Promise<{ source: string; use: string }[]> {
  const rows = parseCsv((await readText(file)).replace(/^\ufeff/, ''))
  const first = rows[0]
  if (!first || !('source' in first) || !('use' in first)) {
    throw new RefusalError('--uses is a CSV with the columns source,use: a code of the file, and the land-use class it is.')
  }
  const known = await client.query<{ code: string }>('select code from land.land_uses')
  const codes = new Set(known.rows.map((row) => row.code))
  const wrong = rows.find((row) => row.use !== '' && !codes.has(row.use!))
  if (wrong)
    throw new RefusalError(`--uses gives "${wrong.source}" the class "${wrong.use}". There are: ${[...codes].join(', ')}.`)
  return rows.filter((row) => row.use !== '').map((row) => ({ source: row.source!, use: row.use! }))
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new RefusalError(`The file ${file} of --uses cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
