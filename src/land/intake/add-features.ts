import { readFileSync } from 'node:fs'
import type pg from 'pg'
import type { ImportMunicipality } from './find-municipality.ts'
import type { Target } from './types.ts'

/** Parcels within this gap belong to one block; surveys leave hair gaps. */
const BLOCK_GAP_M = 0.2
/** A group with more parcels is a city whose streets are parcels, not a block. */
const MOST_PARCELS_OF_A_BLOCK = 2000
/** Half the width of the widest street that does not part a municipality from itself. */
const BOUNDARY_REACH_M = 60

/** Write the staged features that nothing speaks against. @returns rows made beside them: blocks, streets */
export async function addFeatures(
  client: pg.ClientBase,
  into: Target,
  municipality: ImportMunicipality,
  plan: string,
): Promise<Record<string, number>> {
  const id = municipality.id
  const derived: Record<string, number> = {}
  switch (into) {
    case 'parcels':
      derived.blocks = await countNew(client, 'blocks', id, () =>
        client.query(readSql('derive-blocks'), [id, BLOCK_GAP_M, MOST_PARCELS_OF_A_BLOCK]),
      )
      await client.query(readSql('add-parcels'), [id])
      await client.query('analyze land.parcels')
      break
    case 'buildings':
      await client.query(readSql('add-buildings'), [id])
      break
    case 'streets':
      derived.streets = await countNew(client, 'streets', id, () => client.query(readSql('add-streets'), [id]))
      break
    case 'zones':
      await client.query(readSql('add-zones'), [id, plan])
      break
  }
  if (municipality.isNew || into === 'parcels') await client.query(readSql('widen-boundary'), [id, BOUNDARY_REACH_M])
  return derived
}

async function countNew(
  client: pg.ClientBase,
  table: 'blocks' | 'streets',
  municipalityId: number,
  make: () => Promise<unknown>,
) {
  const count = async () => {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from land.${table} where municipality_id = $1`,
      [municipalityId],
    )
    return rows[0]!.n
  }
  const before = await count()
  await make()
  return (await count()) - before
}

export function readSql(name: string): string {
  return readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8')
}
