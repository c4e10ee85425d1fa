-- The end of draw-cells.sql and draw-grounds.sql, which leave `wanted` and `fresh`: patches as they are to be. Those that stay as they
-- were are not written: what is written is noted as changed.
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
