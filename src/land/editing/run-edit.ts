import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import { Problem } from '../../kernel/problem.ts'

/** An edit waits this long for others on the same ground, and each of its statements takes at most this long; milliseconds. */
const LOCK_WAIT_MS = 4000
const STATEMENT_MS = 8000

/**
 * One edit in one transaction. Statements see what was committed before each of them, so what is read after the ground is locked
 * is true until the end.
 * @throws Problem `busy` when others hold the ground too long; `conflict` when the database's own rule against overlaps objects;
 * `unprocessable` for a land use that this database does not know
 */
export async function runEdit<T>(db: Db, edit: (tx: Db) => Promise<T>): Promise<T> {
  try {
    return await db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (tx) => {
        await sql`select set_config('statement_timeout', ${String(STATEMENT_MS)}, true),
                         set_config('lock_timeout', ${String(LOCK_WAIT_MS)}, true)`.execute(tx)
        const result = await edit(tx)
        // The deferred rules speak here, where their objection can still be told from a connection that broke.
        await sql`set constraints all immediate`.execute(tx)
        return result
      })
  } catch (error) {
    throw explain(error)
  }
}

function explain(error: unknown): unknown {
  const { code, constraint } = (error ?? {}) as { code?: string; constraint?: string }
  if (constraint === 'parcels_do_not_overlap') return new Problem('conflict', [OVERLAP], { cause: error })
  if (constraint === 'parcels_land_use_fkey') return new Problem('unprocessable', [NO_SUCH_USE], { cause: error })
  // Waited too long; or somebody outside this module locked in another order and the database chose who gives way.
  if (code === '55P03' || code === '40P01' || code === '40001') return new Problem('busy', [BUSY], { cause: error })
  return error
}

const OVERLAP = {
  fa: 'این تغییر روی ملک دیگری می‌افتد.',
  en: 'The change would lie on another parcel.',
}
const NO_SUCH_USE = {
  at: 'landUse',
  fa: 'این کاربری در این سامانه تعریف نشده است.',
  en: 'This land use is not defined here.',
}
const BUSY = {
  fa: 'همین زمین هم‌اکنون در ویرایش دیگری است؛ کمی بعد دوباره بفرستید.',
  en: 'The same ground is being edited by others; send it again in a moment.',
}
