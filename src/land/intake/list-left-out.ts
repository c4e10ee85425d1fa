import type pg from 'pg'
import { REASONS, type ImportReport, type Named } from './types.ts'

/** Every feature that is left out, by reason in the order they are tried. */
export async function listLeftOut(client: pg.ClientBase): Promise<ImportReport['leftOut']> {
  const { rows } = await client.query<Named & { reason: string }>(
    `select reason, ordinal, detail, coalesce(code, source_id, '#' || ordinal) as id
     from staged where reason is not null order by ordinal`,
  )
  return REASONS.map((reason) => ({
    reason,
    features: rows.filter((row) => row.reason === reason).map(({ id, ordinal, detail }) => ({ id, ordinal, detail })),
  })).filter((group) => group.features.length > 0)
}

/** What to call features, by their place in the file. */
export async function listNames(client: pg.ClientBase, ordinals: readonly number[]): Promise<Map<number, string>> {
  if (ordinals.length === 0) return new Map()
  const { rows } = await client.query<{ ordinal: number; id: string }>(
    `select ordinal, coalesce(code, source_id, '#' || ordinal) as id from staged where ordinal = any($1)`,
    [ordinals],
  )
  return new Map(rows.map((row) => [row.ordinal, row.id]))
}
