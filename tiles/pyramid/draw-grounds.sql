-- Whole pieces of ground, each in the one use chosen for it, gathered by use in patches. write-patches.sql writes them.
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
