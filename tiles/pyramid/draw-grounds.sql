-- Whole pieces of ground, each in the one use chosen for it, gathered by use in patches. Patches that stay as they were are not written.
-- $1 municipality, $2 zoom; arrays: $3 patch, $4 use.
with wanted as (
  select * from unnest($3::bigint[], $4::text[]) as w (patch, use_key)
),
fresh as materialized (
  select w.patch, w.use_key, ST_Multi(ST_CollectionExtract(ST_Collect(g.outline order by g.ground_key), 3)) as geom_3857
  from wanted w join tiles.grounds g on g.municipality_id = $1 and g.patch = w.patch and g.use_key = w.use_key
  where not ST_IsEmpty(g.outline)
  group by w.patch, w.use_key
),
gone as (
  delete from tiles.far_uses f using wanted w
  where f.municipality_id = $1 and f.zoom = $2 and f.patch = w.patch and f.use_key = w.use_key
    and not exists (select from fresh where fresh.patch = f.patch and fresh.use_key = f.use_key)
),
written as (
  insert into tiles.far_uses as f (municipality_id, zoom, patch, land_use, density, geom_3857)
  select $1, $2, patch, nullif(left(use_key, 3), '---'), nullif(substr(use_key, 4), '')::smallint, geom_3857
  from fresh order by patch, use_key
  on conflict (municipality_id, zoom, patch, use_key) do update set geom_3857 = excluded.geom_3857
  where f.geom_3857 is distinct from excluded.geom_3857
  returning 1
)
select count(*)::int as written from written
