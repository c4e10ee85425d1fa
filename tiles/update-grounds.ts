import type pg from 'pg'
import { lockForUpdate } from './lock-pyramid.ts'
import { redrawGrounds } from './redraw-grounds.ts'

/** Marks taken by one transaction: short enough for others to wait for. */
const MARKS_AT_ONCE = 10
/** How long an edit waits for others at work. */
const WAIT_MS = 2_000
/** What somebody waits for is done first; how long he then goes on with what else is marked. */
const GO_ON_MS = 100

/**
 * Bring the generalised tables up to date for the ground that edits have marked, and for nothing else: its cost does not depend on
 * the size of the city. Any number of processes may call it at any time; one works on a municipality at a time. The newest marks
 * come first: when it returns, a few that were committed before the call have been dealt with, by whoever, and of a great many the
 * last; the others are the keeper's. A municipality that has never been built, or is being built anew, waits for that.
 * @param options.municipalityId only this one
 * @param options.waitMs how long to wait for others at work there; 0: not at all, but then do everything that is marked
 */
export async function updateGrounds(pool: pg.Pool, options: { municipalityId?: number; waitMs?: number } = {}): Promise<void> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ municipality_id: number }>(
      `select distinct s.municipality_id from tiles.stale_grounds s join tiles.rebuilds r using (municipality_id)
       where s.ground_key is not null and ($1::int is null or s.municipality_id = $1)`,
      [options.municipalityId ?? null],
    )
    const waitMs = options.waitMs ?? WAIT_MS
    for (const { municipality_id: id } of rows) {
      const until = waitMs === 0 ? Infinity : performance.now() + GO_ON_MS
      while ((await updateSome(client, id, waitMs)) && performance.now() < until);
    }
    client.release()
  } catch (error) {
    client.release(true) // closing the connection undoes the transaction
    throw error
  }
}

/** One transaction. Returns whether there may be more to do. */
async function updateSome(client: pg.PoolClient, municipalityId: number, waitMs: number): Promise<boolean> {
  await client.query('begin')
  if (!(await lockForUpdate(client, municipalityId, waitMs))) {
    await client.query('rollback')
    return false
  }
  // Whatever these marks stand for is committed, so every later statement sees it.
  const marks = await client.query<{ ground_key: number }>(
    `delete from tiles.stale_grounds where mark_id in (
       select mark_id from tiles.stale_grounds where municipality_id = $1 and ground_key is not null order by mark_id desc limit $2)
     returning ground_key::float8 as ground_key`,
    [municipalityId, MARKS_AT_ONCE],
  )
  const grounds = [...new Set(marks.rows.map((row) => row.ground_key))].sort((a, b) => a - b)
  if (grounds.length > 0) await redrawGrounds(client, municipalityId, grounds)
  await client.query('commit')
  return marks.rows.length === MARKS_AT_ONCE
}
