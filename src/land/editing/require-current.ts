import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import { formatDate } from '../../kernel/calendar.ts'
import { Problem } from '../../kernel/problem.ts'
import type { EditedParcel } from './types.ts'

/** Throws `conflict` for a retired parcel, with the day and the codes of what replaced it: those can be edited. */
export async function requireCurrent(db: Db, parcel: Pick<EditedParcel, 'id' | 'code' | 'status'>): Promise<void> {
  if (parcel.status === 'current') return
  const { rows } = await sql<{ valid_to: string; heirs: string[] }>`
    select p.valid_to, array(
      select c.code from land.parcel_lineage l join land.parcels c on c.parcel_id = l.child_id
      where l.parent_id = p.parcel_id order by c.parcel_id) as heirs
    from land.parcels p where p.parcel_id = ${parcel.id}`.execute(db)
  const { valid_to, heirs } = rows[0]!
  const [fa, en] = [formatDate(valid_to, 'fa'), formatDate(valid_to, 'en')]
  throw new Problem('conflict', [
    {
      at: parcel.code,
      fa: `ملک ${parcel.code} از ${fa} دیگر برقرار نیست${heirs.length > 0 ? `؛ اکنون: ${heirs.join('، ')}` : ''}.`,
      en: `Parcel ${parcel.code} was retired on ${en}${heirs.length > 0 ? `; it is now ${heirs.join(', ')}` : ''}.`,
    },
  ])
}
