-- A hamlet of two blocks beside a river, drawn by hand, so that the golden tiles do not change when the synthetic city does.
-- Everything is in EPSG:32639 around (535100, 3583700); ids are fixed.
set local barzan.bulk = 'on';
insert into land.land_uses (code, ordinal, name_fa, name_en, definition_fa, source, valid_from)
select * from (values
  ('RES', 1::smallint, 'مسکونی', 'Residential', 'نمونه', 'fixture', date '2010-01-01'),
  ('COM', 5::smallint, 'تجاری', 'Commercial', 'نمونه', 'fixture', date '2010-01-01'),
  ('GRN', 9::smallint, 'پارک', 'Park', 'نمونه', 'fixture', date '2010-01-01')) as v
where not exists (select from land.land_uses)
on conflict do nothing;

create function pg_temp.box(west int, south int, east int, north int) returns geometry language sql as
$$ select ST_Multi(ST_Translate(ST_MakeEnvelope(west, south, east, north, 32639), 535000, 3583600)) $$;
create function pg_temp.line(variadic at int[]) returns geometry language sql as $$
  select ST_Multi(ST_MakeLine(array(
    select ST_SetSRID(ST_Point(535000 + at[i], 3583600 + at[i + 1]), 32639) from generate_series(1, cardinality(at), 2) i order by i))) $$;

insert into land.municipalities (municipality_id, slug, name_fa, name_en, srid, is_synthetic, boundary)
values (1, 'hamlet', 'دهکده', 'Hamlet', 32639, true, pg_temp.box(0, 0, 240, 200));
insert into land.districts (district_id, municipality_id, number, name_fa, name_en, geom)
values (1, 1, 1, 'منطقه ۱', 'District 1', pg_temp.box(0, 0, 240, 200));
insert into land.neighbourhoods (neighbourhood_id, municipality_id, name_fa, name_en, geom) values
  (1, 1, 'محله باغ', 'Garden', pg_temp.box(0, 0, 120, 200)),
  (2, 1, 'محله بازار', 'Bazaar', pg_temp.box(120, 0, 240, 200));
insert into land.blocks (block_id, municipality_id, neighbourhood_id, number, geom) values
  (1, 1, 1, 1, pg_temp.box(20, 40, 100, 160)),
  (2, 1, 2, 2, pg_temp.box(120, 40, 220, 160));

insert into land.streets (street_id, municipality_id, name_fa, name_en) values
  (1, 1, 'خیابان نمونه', 'Nemuneh Street'), (2, 1, 'کوچه یاس', 'Yas Alley');
insert into land.street_segments (segment_id, municipality_id, street_id, class, row_width_m, geom) values
  (1, 1, 1, 'arterial-1', 20, pg_temp.line(0, 170, 110, 170)),
  (2, 1, 1, 'arterial-1', 20, pg_temp.line(110, 170, 240, 170)),
  (3, 1, 2, 'alley', 6, pg_temp.line(110, 170, 110, 30)),
  (4, 1, null, 'local', null, pg_temp.line(0, 30, 240, 30));
insert into land.street_lines (street_line_id, municipality_id, segment_id, planned_width_m, geom, right_of_way)
values (1, 1, 3, 10, pg_temp.line(105, 160, 105, 40), pg_temp.box(105, 40, 115, 160));

insert into land.parcels (parcel_id, municipality_id, code, block_id, neighbourhood_id, land_use, residential_density, street_id,
                          house_number, address, postal_code, deed_area_m2, status, valid_from, valid_to, geom) values
  (11, 1, '1-1-1-1-0-0-0', 1, 1, 'RES', 1, 1, '۱۲', 'خیابان نمونه، پلاک ۱۲', '8818812345', 2400, 'current', '2020-01-01', null, pg_temp.box(20, 100, 60, 160)),
  (12, 1, '1-1-1-2-0-0-0', 1, 1, 'RES', 1, 1, '۱۴', null, null, null, 'current', '2020-01-01', null, pg_temp.box(60, 100, 100, 160)),
  (13, 1, '1-1-1-3-0-0-0', 1, 1, 'COM', null, 2, null, null, null, null, 'current', '2020-01-01', null, pg_temp.box(20, 40, 60, 100)),
  (14, 1, '1-1-1-4-0-0-0', 1, 1, 'RES', 3, 2, '۳', null, null, null, 'current', '2020-01-01', null, pg_temp.box(60, 40, 100, 100)),
  (15, 1, '1-1-1-5-0-0-0', 1, 1, 'RES', 1, null, null, null, null, null, 'retired', '2010-01-01', '2020-01-01', pg_temp.box(20, 100, 100, 160)),
  (21, 1, '1-1-2-1-0-0-0', 2, 2, 'GRN', null, 1, null, null, null, null, 'current', '2020-01-01', null, pg_temp.box(120, 40, 220, 120)),
  (22, 1, '1-1-2-2-0-0-0', 2, 2, null, null, 1, '۲۰', null, null, null, 'current', '2020-01-01', null, pg_temp.box(120, 120, 170, 160)),
  (23, 1, '1-1-2-3-0-0-0', null, null, 'COM', null, null, null, null, null, null, 'current', '2020-01-01', null, pg_temp.box(170, 120, 220, 160));
insert into land.findings (finding_id, municipality_id, kind, parcel_id, other_parcel_id, area_m2, geom, source, resolved_at) values
  (1, 1, 'overlap', 11, 12, 40, pg_temp.box(58, 100, 60, 120), 'fixture', null),
  (2, 1, 'overlap', 13, 14, 40, pg_temp.box(58, 40, 60, 60), 'fixture', now());
insert into land.buildings (building_id, municipality_id, parcel_id, number, storeys, height_m, built_year, land_use, geom) values
  (1, 1, 11, 1, 2, 6.5, 1995, 'RES', pg_temp.box(20, 130, 60, 160)),
  (2, 1, 13, 1, null, null, null, null, pg_temp.box(20, 70, 60, 100));
insert into land.facilities (facility_id, municipality_id, parcel_id, kind, name_fa, name_en, land_use, geom)
values (1, 1, 21, 'park', 'بوستان نمونه', 'Nemuneh Park', 'GRN', ST_Centroid(pg_temp.box(120, 40, 220, 120)));
insert into land.water_courses (water_course_id, municipality_id, kind, name_fa, name_en, width_m, centre_line, geom) values
  (1, 1, 'river', 'رود نمونه', 'Nemuneh River', 20, pg_temp.line(0, 10, 240, 10), pg_temp.box(0, 0, 240, 20)),
  (2, 1, 'pool', 'حوض', 'Pool', null, null, pg_temp.box(160, 70, 180, 90));
insert into land.buffers (buffer_id, municipality_id, theme, name_fa, name_en, width_m, effect, geom)
values (1, 1, 'river-buffer', 'حریم رود', 'River buffer', 30, 'no-build', pg_temp.box(0, 0, 240, 50));
insert into land.plan_units (plan_unit_id, municipality_id, code, name_fa, name_en, plan, geom) values
  (1, 1, 'R122', 'مسکونی', 'Residential zone', 'fixture 1400', pg_temp.box(0, 20, 115, 200)),
  (2, 1, 'G211', 'فضای سبز', 'Green zone', 'fixture 1400', pg_temp.box(115, 20, 240, 200));
insert into land.parties (party_id, kind, name, identifier) values (1, 'natural', 'OWNER-OF-NOTHING', '9990000001');
insert into land.properties (property_id, municipality_id, code) values (1, 1, 'property-1');
insert into land.property_parcels values (1, 11);
insert into land.rights (property_id, party_id, share_numerator, share_denominator) values (1, 1, 1, 1);
