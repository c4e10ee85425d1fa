-- What the tables alone cannot say: one CRS per municipality, codes for ever, no overlap made by an edit. And the indexes.

-- Geometry of a municipality is in its authoritative CRS. (geom_3857 would hide a wrong one.)
create function land.require_authoritative_crs() returns trigger language plpgsql as $$
declare wrong int;
begin
  select d.srid into wrong
  from (select distinct municipality_id, ST_SRID(geom) as srid from fresh) d
  join land.municipalities m using (municipality_id)
  where d.srid <> m.srid limit 1;
  if found then
    raise exception 'geometry of % is in EPSG:%, not in the authoritative CRS', tg_table_name, wrong using errcode = 'check_violation';
  end if;
  return null;
end $$;

do $$
declare t text;
begin
  foreach t in array array['districts', 'neighbourhoods', 'blocks', 'street_segments', 'street_lines', 'parcels', 'buildings',
                           'facilities', 'water_courses', 'buffers', 'plan_units'] loop
    execute format('create trigger crs_on_insert after insert on land.%I referencing new table as fresh for each statement execute function land.require_authoritative_crs()', t);
    execute format('create trigger crs_on_update after update on land.%I referencing new table as fresh for each statement execute function land.require_authoritative_crs()', t);
    execute format('create index %I on land.%I using gist (geom)', t || '_geom', t);
    execute format('create index %I on land.%I using gist (geom_3857)', t || '_geom_3857', t);
  end loop;
end $$;

create function land.keep_parcel_for_ever() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a parcel is retired, never deleted' using errcode = 'restrict_violation';
  end if;
  if new.code <> old.code or new.municipality_id <> old.municipality_id then
    raise exception 'the code of a parcel never changes: retire it and record a correction' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger parcels_are_kept before delete or update of code, municipality_id on land.parcels
  for each row execute function land.keep_parcel_for_ever();

-- An edit may not make current parcels overlap by more than 0.05 m². Bulk loads (import, synthetic city) set barzan.bulk = 'on'
-- for their transaction: they check the whole set at once and keep what they find in land.findings.
create function land.refuse_overlap() returns trigger language plpgsql as $$
declare other record;
begin
  select p.code, ST_Area(ST_Intersection(p.geom, new.geom)) as area_m2 into other
  from land.parcels p
  where p.municipality_id = new.municipality_id and p.status = 'current' and p.parcel_id <> new.parcel_id
    and p.geom && new.geom and ST_Area(ST_Intersection(p.geom, new.geom)) > 0.05
  limit 1;
  if found then
    raise exception 'parcel % would overlap parcel % by % m²', new.code, other.code, round(other.area_m2::numeric, 2)
      using errcode = 'exclusion_violation', constraint = 'parcels_do_not_overlap';
  end if;
  return null;
end $$;
create constraint trigger parcels_do_not_overlap after insert or update of geom, status on land.parcels
  deferrable initially deferred for each row
  when (new.status = 'current' and coalesce(current_setting('barzan.bulk', true), '') <> 'on')
  execute function land.refuse_overlap();

create index parcels_code on land.parcels (code text_pattern_ops);
create index parcels_block on land.parcels (block_id);
create index parcels_neighbourhood on land.parcels (neighbourhood_id);
create index parcels_postal_code on land.parcels (postal_code text_pattern_ops);
create index parcels_registration on land.parcels (registration_main, registration_sub);
create index parcels_street_number on land.parcels (street_id, house_number);
create index parcel_lineage_child on land.parcel_lineage (child_id);
create index findings_parcel on land.findings (parcel_id);
create index findings_other_parcel on land.findings (other_parcel_id);
create index findings_geom_3857 on land.findings using gist (geom_3857);
create index buildings_parcel on land.buildings (parcel_id);
create index building_units_building on land.building_units (building_id);
create index street_segments_street on land.street_segments (street_id);
create index streets_search on land.streets using gin (search_key gin_trgm_ops);
create index neighbourhoods_search on land.neighbourhoods using gin (search_key gin_trgm_ops);
create index facilities_search on land.facilities using gin (search_key gin_trgm_ops);
create index street_lines_right_of_way on land.street_lines using gist (right_of_way);
create index buffers_theme on land.buffers (theme);
create index property_parcels_parcel on land.property_parcels (parcel_id);
create index rights_property on land.rights (property_id);

-- What the application may do. Nothing is granted on properties, property_parcels, parties, rights: owners are nobody's to see yet.
grant select on all tables in schema land to barzan_app;
revoke all on land.properties, land.property_parcels, land.parties, land.rights from barzan_app;
