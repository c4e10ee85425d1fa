-- Gather the squares of a mosaic by use in patches of 16 × 16 cells. write-patches.sql writes them. Every coordinate
-- is a whole number times the step, so that squares which touch share their edge to the last bit; each is in the middle of its cell.
-- $1 municipality, $2 zoom, $3 length of a step in units of EPSG:3857, $4 steps of a whole cell; arrays: $5 patch, $6 use.
with wanted as (
  select * from unnest($5::bigint[], $6::text[]) as w (patch, use_key)
),
squares as (
  select w.patch, w.use_key, c.cell_column * $4::int + ($4::int - c.side) / 2 as west, c.cell_row * $4::int + ($4::int - c.side) / 2 as south, c.side
  from wanted w
  join tiles.cells c on c.municipality_id = $1 and c.zoom = $2 and c.place >= w.patch * 256 and c.place < (w.patch + 1) * 256 and c.use_key = w.use_key
),
fresh as materialized (
  select patch, use_key,
         ST_Multi(ST_Union(ST_MakeEnvelope(west * $3::float8, south * $3::float8, (west + side) * $3::float8, (south + side) * $3::float8, 3857)
                           order by west, south)) as geom_3857
  from squares group by patch, use_key
),
