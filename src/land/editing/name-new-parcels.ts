import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import { Problem } from '../../kernel/problem.ts'
import { findCodeFamily, nameChildren } from './name-children.ts'
import type { EditedParcel } from './types.ts'

/** The longest code the land keeps. */
const LONGEST_CODE = 64

/**
 * Codes for parcels that replace this one. Two edits never find the same: those of one block, or of one free code, take turns.
 * @throws Problem unprocessable when the code is too long to be given a suffix
 */
export async function nameNewParcels(tx: Db, parent: EditedParcel, count: number): Promise<string[]> {
  const base = parent.code.replace(/\.\d+$/, '')
  const known = await sql`select from land.parcels where municipality_id = ${parent.municipalityId} and code = ${base}`.execute(
    tx,
  )
  const family = findCodeFamily(parent.code, () => known.rows.length > 0)
  // After the locks of the ground, and one per edit: whoever waits for it holds nothing that its holder still wants.
  await sql`select pg_advisory_xact_lock(${FAMILY_LOCKS}::int, hashtext(${`${parent.municipalityId} ${family}`}))`.execute(tx)
  const { rows } = await sql<{ code: string }>`
    select code from land.parcels where code like ${`${family.replace(/[\\%_]/g, '\\$&')}%`} and municipality_id = ${parent.municipalityId}`.execute(
    tx,
  )
  const codes = nameChildren(
    family,
    rows.map((row) => row.code),
    count,
  )
  if (codes.every((code) => code.length <= LONGEST_CODE)) return codes
  throw new Problem('unprocessable', [
    {
      at: parent.code,
      fa: 'کد ملک بلندتر از آن است که کد تازه‌ای از آن ساخته شود.',
      en: 'The code is too long for a new one to be made of it.',
    },
  ])
}

/** First number of the locks on code families, apart from those on the ground. */
const FAMILY_LOCKS = 0x4e00_0000
