import type pg from 'pg'

/** Easting and northing (EPSG:32639) of the south-west corner of the planted ground. */
export const ORIGIN = { x: 535_000, y: 3_584_000 } as const

/**
 * A small ground with everything an export can stumble over: a rectangle of exactly 100 × 50 m (code 1-1-1-1-0-0-0), a parcel with a
 * hole, one of two pieces, one without any attribute, one whose text tries to be a formula, a quote, a new line and CAD markup.
 */
export async function plantParcels(owner: pg.Pool | pg.Client): Promise<{ ids: number[] }> {
  const { x, y } = ORIGIN
  const box = (x0: number, y0: number, x1: number, y1: number) =>
    `((${x + x0} ${y + y0}, ${x + x1} ${y + y0}, ${x + x1} ${y + y1}, ${x + x0} ${y + y1}, ${x + x0} ${y + y0}))`
  const hole = `((${x + 120} ${y}, ${x + 180} ${y}, ${x + 180} ${y + 50}, ${x + 120} ${y + 50}, ${x + 120} ${y}), (${x + 140} ${y + 20}, ${x + 160} ${y + 20}, ${x + 160} ${y + 30}, ${x + 140} ${y + 30}, ${x + 140} ${y + 20}))`
  await owner.query(`
    insert into land.land_uses (code, ordinal, name_fa, name_en, definition_fa, source, valid_from) values
      ('RES', 1, 'مسکونی', 'Residential', '-', 'test', '2010-05-31'),
      ('COM', 5, 'تجاری–خدماتی (انتفاعی و غیرانتفاعی)', 'Commerce and services', '-', 'test', '2010-05-31'),
      ('GRN', 9, 'پارک و فضای سبز', 'Park and green space', '-', 'test', '2010-05-31') on conflict do nothing;
    insert into land.municipalities (municipality_id, slug, name_fa, name_en, srid, is_synthetic) values (1, 'nemooneh', 'شهر نمونه', 'Sample city', 32639, true);
    insert into land.neighbourhoods (neighbourhood_id, municipality_id, name_fa, name_en, geom)
      values (1, 1, 'محلهٔ مادی‌نو', 'Madi-ye-No', ST_GeomFromText('MULTIPOLYGON(${box(-50, -50, 400, 200)})', 32639));
    insert into land.streets (street_id, municipality_id, name_fa, name_en) values (1, 1, 'کوچهٔ شهریار', 'Shahriar Alley');
    insert into land.parcels (municipality_id, code, neighbourhood_id, registration_section, registration_main, registration_sub, postal_code, land_use,
        residential_density, deed_area_m2, street_id, house_number, address, valid_from, geom) values
      (1, '1-1-1-1-0-0-0', 1, '۹', 99, 4127, '8471999999', 'RES', 2, 4998.5, 1, '۱۱', 'زرین‌شهر، کوچهٔ شهریار، پلاک ۱۱', '2020-01-01', ST_GeomFromText('MULTIPOLYGON(${box(0, 0, 100, 50)})', 32639)),
      (1, '1-1-1-2-0-0-0', 1, null, null, null, null, 'GRN', null, null, 1, null, '=HYPERLINK("http://example.org")', '2020-01-01', ST_GeomFromText('MULTIPOLYGON(${hole})', 32639)),
      (1, '1-1-1-3-0-0-0', 1, null, 99, 0, null, 'COM', null, null, 1, '{\\\\P};"', E'دو\\nسطر', '2020-01-01', ST_GeomFromText('MULTIPOLYGON(${box(200, 0, 220, 20)}, ${box(230, 0, 250, 20)})', 32639)),
      (1, '1-1-1-4-0-0-0', null, null, null, null, null, null, null, null, null, null, null, '2020-01-01', ST_GeomFromText('MULTIPOLYGON(${box(260, 0, 262.5, 2.5)})', 32639)),
      (1, '1-1-1-5-0-0-0', 1, null, null, null, null, 'RES', 1, null, 1, '۱۲', repeat('نشانی بسیار دراز ', 20), '2020-01-01', ST_GeomFromText('MULTIPOLYGON(${box(270, 0, 290, 30)})', 32639))`)
  const { rows } = await owner.query<{ id: number }>(
    `select parcel_id::float8 as id from land.parcels where municipality_id = 1 order by code`,
  )
  return { ids: rows.map((row) => row.id) }
}
