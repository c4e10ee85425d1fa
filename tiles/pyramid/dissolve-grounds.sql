-- Dissolve the parcels of pieces of ground by use, and keep how each is drawn; rows that stay as they were are not written.
-- Neighbours of different use keep the vertices of their common border, so it stays common. Slivers that surveys leave between
-- parcels are far below the grid of the tiles, which closes them; closing them here would double the time.
-- Streets lie between blocks, so their outlines may be simplified one by one, by area (a tenth of a square pixel at zoom 12), which
-- takes as much as it adds; normalised first, so that an outline does not depend on how uses lie within it.
-- $1 municipality; arrays: $2 ground, $3 the one density in which the dwellings of a block are drawn, $4 patch, $5 use at zoom 12, $6 area
-- (no use: nothing is left there).
with drawn as (
  select * from unnest($2::bigint[], $3::smallint[], $4::bigint[], $5::text[], $6::bigint[]) as d (ground_key, density, patch, use_key, area)
),
fresh as materialized (
  select ground_key, land_use, density, parcel_count, area_m2, ST_Transform(ST_Multi(shape), 3857) as geom_3857
  from (
    select ground_key, land_use, case when ground_key < 0 then p.loose_density when bool_or(p.has_density) then min(d.density) end as density,
           count(*) as parcel_count, sum(area_m2 order by parcel_id) as area_m2, ST_CollectionExtract(ST_Union(geom order by parcel_id), 3) as shape
    from (
      select *, case when ground_key < 0 then density end as loose_density, density is not null as has_density
      from tiles.list_parcels_on($1, $2)
    ) p
    join drawn d using (ground_key)
    group by ground_key, land_use, p.loose_density
  ) dissolved
  where not ST_IsEmpty(shape)
),
gone as (
  delete from tiles.block_uses u using drawn d
  where u.municipality_id = $1 and u.ground_key = d.ground_key and not exists (
    select from fresh f
    where f.ground_key = u.ground_key and f.land_use is not distinct from u.land_use
      and (u.ground_key >= 0 or f.density is not distinct from u.density))
),
changed as (
  update tiles.block_uses u
  set density = f.density, parcel_count = f.parcel_count, area_m2 = f.area_m2, geom_3857 = f.geom_3857
  from fresh f
  where u.municipality_id = $1 and u.ground_key = f.ground_key and f.land_use is not distinct from u.land_use
    and (u.ground_key >= 0 or f.density is not distinct from u.density)
    and row(u.density, u.parcel_count, u.area_m2, u.geom_3857) is distinct from row(f.density, f.parcel_count, f.area_m2, f.geom_3857)
),
added as (
  insert into tiles.block_uses (municipality_id, ground_key, land_use, density, parcel_count, area_m2, geom_3857)
  select $1, ground_key, land_use, density, parcel_count, area_m2, geom_3857
  from fresh f
  where not exists (
    select from tiles.block_uses u
    where u.municipality_id = $1 and u.ground_key = f.ground_key and f.land_use is not distinct from u.land_use
      and (u.ground_key >= 0 or f.density is not distinct from u.density))
  order by ground_key < 0, ground_key, land_use, density
  returning 1
),
left_empty as (
  delete from tiles.grounds g using drawn d where g.municipality_id = $1 and g.ground_key = d.ground_key and d.use_key is null
),
kept as (
  insert into tiles.grounds as g (municipality_id, ground_key, patch, density, use_key, area, outline)
  select $1, d.ground_key, d.patch, d.density, d.use_key, d.area, whole.outline
  from drawn d
  left join (
    select ground_key, ST_SimplifyVW(ST_Normalize(ST_Union(geom_3857 order by land_use, density)), 40) as outline from fresh group by ground_key
  ) whole using (ground_key)
  where d.use_key is not null
  order by d.ground_key
  on conflict (municipality_id, ground_key) do update
  set patch = excluded.patch, density = excluded.density, use_key = excluded.use_key, area = excluded.area, outline = excluded.outline
  where row(g.patch, g.density, g.use_key, g.area, g.outline) is distinct from row(excluded.patch, excluded.density, excluded.use_key, excluded.area, excluded.outline)
)
select count(*)::int as added from added
