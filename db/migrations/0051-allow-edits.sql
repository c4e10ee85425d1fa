-- Officers may correct, split and merge parcels. The application's role gets exactly what that takes, column by column.

-- What a parcel was before an edit, from the moment it was recorded to the moment it was replaced. Rows are added, never changed.
create table land.parcel_versions (
  parcel_id bigint not null references land.parcels,
  recorded_at timestamptz not null,
  recorded_by text not null,
  replaced_at timestamptz not null,
  replaced_by text not null,
  land_use text,
  residential_density smallint,
  geom geometry(MultiPolygon) not null,
  primary key (parcel_id, recorded_at)
);

alter table land.parcels add constraint density_is_only_of_dwellings check (residential_density is null or land_use = 'RES');

-- An overlap that came with the data is known: it has a finding on both parcels and may stay, or shrink, but not grow. Edits
-- that could meet are kept apart by locks on the ground (src/land/editing/lock-ground.ts), so this sees all there is to see.
create or replace function land.refuse_overlap() returns trigger language plpgsql as $$
declare other record;
begin
  select p.code, met.area_m2 into other
  from land.parcels p
  cross join lateral (select ST_Area(ST_Intersection(p.geom, new.geom)) as area_m2) met
  where p.municipality_id = new.municipality_id and p.status = 'current' and p.parcel_id <> new.parcel_id
    and p.geom && new.geom and met.area_m2 > 0.05
    and not exists (
      select from land.findings f
      where f.kind = 'overlap' and f.resolved_at is null and f.parcel_id = least(p.parcel_id, new.parcel_id)
        and f.other_parcel_id = greatest(p.parcel_id, new.parcel_id) and met.area_m2 <= f.area_m2 + 0.05)
  limit 1;
  if found then
    raise exception 'parcel % would overlap parcel % by % m²', new.code, other.code, round(other.area_m2::numeric, 2)
      using errcode = 'exclusion_violation', constraint = 'parcels_do_not_overlap';
  end if;
  return null;
end $$;

-- Whoever owned the ground owns it still: the properties of retired parcels lie on what came of them. The application may not see
-- properties, but it must not lose them either; it can pass on nothing but along lineage that is recorded.
create function land.pass_on_properties(child_ids bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into land.property_parcels (property_id, parcel_id)
  select distinct o.property_id, l.child_id
  from land.parcel_lineage l
  join land.parcels p on p.parcel_id = l.parent_id and p.status = 'retired'
  join land.property_parcels o on o.parcel_id = l.parent_id
  where l.child_id = any (child_ids)
  on conflict do nothing;
  delete from land.property_parcels o
  using land.parcel_lineage l, land.parcels p
  where l.child_id = any (child_ids) and p.parcel_id = l.parent_id and p.status = 'retired' and o.parcel_id = l.parent_id;
end $$;
revoke all on function land.pass_on_properties from public;

grant update (land_use, residential_density, status, valid_to, recorded_by, recorded_at, geom) on land.parcels to barzan_app;
grant insert (municipality_id, code, block_id, neighbourhood_id, postal_code, land_use, residential_density, street_id, house_number,
  address, valid_from, recorded_by, recorded_at, geom) on land.parcels to barzan_app;
grant select, insert on land.parcel_versions to barzan_app;
grant insert on land.parcel_lineage to barzan_app;
grant insert (municipality_id, kind, parcel_id, other_parcel_id, area_m2, geom, source, found_at) on land.findings to barzan_app;
grant update (resolved_at) on land.findings to barzan_app;
grant update (parcel_id, number) on land.buildings to barzan_app;
grant update (parcel_id) on land.facilities to barzan_app;
grant execute on function land.pass_on_properties to barzan_app;
