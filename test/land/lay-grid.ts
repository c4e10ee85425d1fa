import type pg from 'pg'

/** Streets of the grid have these names, an alley off each; every name is real Persian with its traps of spelling. */
const NAMES = [
  'ترمه',
  'شهریار',
  'نرگس',
  'آزادی',
  'باهنر',
  'کاوه',
  'نیلوفر',
  'فردوسی',
  'حافظ',
  'سعدی',
  'گلستان',
  'بوستان',
  'یاس',
  'بهار',
  'مهر',
  'دانش',
]

/**
 * A plain town for tests of search, selection and plans: `parcels` rectangles of 10 × 20 m, in blocks of 50 along streets 10 m
 * wide, 1,000 m a neighbourhood. Deterministic; much faster than the synthetic city and nothing like it. Returns its municipality.
 */
export async function layGrid(ownerPool: pg.Pool, parcels: number): Promise<number> {
  const client = await ownerPool.connect()
  try {
    await client.query(`begin; set local barzan.bulk = 'on'; set local synchronous_commit = 'off'`)
    const { rows } = await client.query(
      `insert into land.municipalities (slug, name_fa, name_en, srid, is_synthetic) values ('grid', 'شهر شطرنجی', 'Grid', 32639, true) returning municipality_id`,
    )
    const id = rows[0].municipality_id as number
    await client.query(
      `insert into land.land_uses (code, ordinal, name_fa, name_en, definition_fa, source, valid_from)
       values ('RES', 1, 'مسکونی', 'Residential', '-', 'test', '2010-05-31'), ('COM', 5, 'تجاری', 'Commercial', '-', 'test', '2010-05-31') on conflict do nothing`,
    )
    await client.query(
      `create temp table cells on commit drop as
       select i, i / 50 as street, i % 50 as place, (i / 50) % 40 as col, i / 2000 as line from generate_series(0, $1::int - 1) i`,
      [parcels],
    )
    await client.query(
      `insert into land.neighbourhoods (municipality_id, name_fa, name_en, geom)
       select distinct $1::int, 'محلهٔ ' || ($2::text[])[1 + (line / 40) % 16] || ' ' || line / 40, 'Quarter ' || line / 40,
         ST_Multi(ST_MakeEnvelope(500000, 3550000 + (line / 40) * 1400, 521200, 3550000 + (line / 40) * 1400 + 1400, 32639)) from cells order by 2`,
      [id, NAMES],
    )
    await client.query(
      `insert into land.streets (municipality_id, name_fa, name_en)
       select $1, 'کوچهٔ ' || ($2::text[])[1 + street % 16] || ' ' || street / 16, 'Alley ' || street from (select distinct street from cells) s order by street`,
      [id, NAMES],
    )
    await client.query(
      `insert into land.street_segments (municipality_id, street_id, class, row_width_m, geom)
       select $1, s.street_id, 'local', 10, ST_Multi(ST_SetSRID(ST_MakeLine(ST_MakePoint(500000 + c.col * 530, 3550000 + c.line * 35 + 25), ST_MakePoint(500500 + c.col * 530, 3550000 + c.line * 35 + 25)), 32639))
       from (select distinct street, col, line from cells) c join land.streets s on s.name_en = 'Alley ' || c.street and s.municipality_id = $1`,
      [id],
    )
    await client.query(
      `insert into land.parcels (municipality_id, code, land_use, residential_density, registration_section, registration_main, registration_sub, postal_code,
         street_id, house_number, address, neighbourhood_id, geom)
       select $1, concat_ws('-', 1 + line / 400, 1 + (line / 40) % 10, 1 + street, 1 + place, 0, 0, 0),
         case when place % 10 = 0 then 'COM' else 'RES' end, case when place % 10 = 0 then null else 1 + place % 3 end,
         '9', 1 + street / 40, i, '84' || lpad(((i::bigint * 7919) % 100000000)::text, 8, '0'),
         s.street_id, (1 + place)::text, 'خیابان ' || ($2::text[])[1 + line % 16] || '، ' || s.name_fa || '، پلاک ' || 1 + place, n.neighbourhood_id,
         ST_Multi(ST_MakeEnvelope(500000 + col * 530 + place * 10, 3550000 + line * 35, 500010 + col * 530 + place * 10, 3550020 + line * 35, 32639))
       from cells join land.streets s on s.name_en = 'Alley ' || street and s.municipality_id = $1
       join land.neighbourhoods n on n.name_en = 'Quarter ' || line / 40 and n.municipality_id = $1 order by i`,
      [id, NAMES],
    )
    await client.query('commit')
    await client.query('vacuum analyze')
    return id
  } finally {
    client.release()
  }
}
