import type pg from 'pg'
import { RefusalError } from './refusal.ts'
import { chooseUtmZone, type Centre } from './locate.ts'

/** The municipality that data are imported into. */
export interface ImportMunicipality {
  id: number
  slug: string
  nameEn: string
  srid: number
  codeScheme: 'renovation-7' | 'free'
  isNew: boolean
}

const ARABIC_SCRIPT = /\p{Script=Arabic}/u
/** Roughly: where "jalali" and a weekend of Thursday and Friday are the custom. */
const IRAN = { west: 44, south: 25, east: 63.4, north: 39.8 }

/**
 * The municipality of this database; null when it is empty.
 * @throws RefusalError when --municipality names another one, or the database is empty and it names none
 */
export async function findMunicipality(client: pg.ClientBase, name: string | null): Promise<ImportMunicipality | null> {
  const { rows } = await client.query<ImportMunicipality & { nameFa: string }>(
    `select municipality_id as id, slug, name_en as "nameEn", name_fa as "nameFa", srid, code_scheme as "codeScheme", false as "isNew"
     from land.municipalities order by municipality_id`,
  )
  const first = rows[0]
  if (!first && name === null) {
    throw new RefusalError('The database is empty. Say whose land this is: --municipality "Cambridge, MA"')
  }
  if (!first) return null
  if (name === null) return first
  const found = rows.find((row) => row.nameEn === name || row.nameFa === name || row.slug === name || row.slug === toSlug(name))
  if (found) return found
  throw new RefusalError(
    `This database holds ${first.nameEn}, not ${name}. A database serves one municipality: ` +
      'start another one empty (BARZAN_CITY_PARCELS=0 with its own BARZAN_DATA or DATABASE_URL) and import there.',
  )
}

/** Make the profile of a municipality whose data lie round `centre`: local UTM zone, free codes. Its boundary comes later. */
export async function createMunicipality(
  client: pg.ClientBase,
  name: string,
  centre: Centre,
  calendar: 'jalali' | 'gregorian' | null,
): Promise<ImportMunicipality> {
  const srid = chooseUtmZone(centre)
  const { lon, lat } = centre
  const isInIran = lon >= IRAN.west && lon <= IRAN.east && lat >= IRAN.south && lat <= IRAN.north
  const chosen = calendar ?? (isInIran ? 'jalali' : 'gregorian')
  const slug = toSlug(name)
  const { rows } = await client.query<{ id: number }>(
    `insert into land.municipalities (slug, name_fa, name_en, srid, code_scheme, calendar, weekend)
     values ($1, $2, $2, $3, 'free', $4, $5) returning municipality_id as id`,
    [slug, name, srid, chosen, chosen === 'jalali' ? [4, 5] : [6, 7]],
  )
  return { id: rows[0]!.id, slug, nameEn: name, srid, codeScheme: 'free', isNew: true }
}

/** Letters and digits of the name; a Persian name has none of them and gets a plain word. */
export function toSlug(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return slug === '' || ARABIC_SCRIPT.test(name) ? 'municipality' : slug
}
