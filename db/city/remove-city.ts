import type pg from 'pg'
import { CITY_SLUG } from './write-frame.ts'

/** Take the synthetic city out again, whole. @throws Error when the database holds any other municipality: real land is never removed. */
export async function removeSyntheticCity(ownerPool: pg.Pool): Promise<void> {
  const { rows } = await ownerPool.query('select slug, is_synthetic from land.municipalities')
  const real = rows.find((row) => !row.is_synthetic || row.slug !== CITY_SLUG)
  if (real) throw new Error(`--replace only replaces the synthetic city; this database holds ${real.slug}`)
  // Truncation passes by the rule that parcels are kept for ever: that rule is for real land.
  await ownerPool.query('truncate land.municipalities restart identity cascade')
  await ownerPool.query('truncate land.parties, land.building_units restart identity cascade')
}
