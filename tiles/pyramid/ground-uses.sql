-- How much of each use lies in each piece of ground (block or cell), in the map's plane. $1 municipality, $2 only after this key,
-- $3 pieces of ground at most.
select ground_key::float8 as ground_key, land_use, density, ST_Area(geom_3857) as area
from tiles.block_uses
where municipality_id = $1 and ground_key > $2 and ground_key <= (
  select max(ground_key) from (
    select distinct ground_key from tiles.block_uses where municipality_id = $1 and ground_key > $2 order by ground_key limit $3
  ) next
)
order by ground_key, land_use, density
