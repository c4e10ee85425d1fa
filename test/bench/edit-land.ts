import { ADMIN_TOKEN, type Bench } from './bench-run.ts'
import type { PlannedEdit } from './pick-edits.ts'

/** What an edit says of itself: the tiles it touched, by name, and the version they have since. */
export interface Edited {
  version: number
  tiles: string[]
}

/** The way of our server, as an officer goes it. */
export async function patchLandUse(origin: string, { code, to }: PlannedEdit): Promise<Edited> {
  const answer = await fetch(`${origin}/api/parcels/${encodeURIComponent(code)}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ landUse: to }),
  })
  if (!answer.ok) throw new Error(`the edit of ${code} answered ${answer.status}: ${await answer.text()}`)
  const { tiles, version } = (await answer.json()) as { tiles: [number, number, number][]; version: number }
  return { version, tiles: tiles.map((tile) => `land/${tile.join('/')}`) }
}

/** Past every server, in one transaction, as an import does. */
export async function changeInDatabase({ pool }: Pick<Bench, 'pool'>, edits: readonly PlannedEdit[]): Promise<void> {
  await pool.query(
    `update land.parcels p set land_use = e.use, residential_density = null
     from unnest($1::bigint[], $2::text[]) as e(id, use) where p.parcel_id = e.id`,
    [edits.map(({ id }) => id), edits.map(({ to }) => to)],
  )
}

export async function putBack({ pool }: Pick<Bench, 'pool'>, edits: readonly PlannedEdit[]): Promise<void> {
  await pool.query(
    `update land.parcels p set land_use = e.use from unnest($1::bigint[], $2::text[]) as e(id, use)
     where p.parcel_id = e.id and p.land_use is distinct from e.use`,
    [edits.map(({ id }) => id), edits.map(({ from }) => from)],
  )
}
