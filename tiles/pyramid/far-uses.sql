-- Gather the squares of a mosaic by use and by patches of 16 × 16 cells. $1 municipality, $2 zoom, $3 length of a step in
-- units of EPSG:3857; arrays: $4 and $5 west and south in whole steps, $6 side in steps, $7 and $8 patch, $9 use, $10 density.
-- Every coordinate is a whole number times the step, so that squares which touch share their edge to the last bit.
insert into tiles.far_uses (municipality_id, zoom, land_use, density, geom_3857)
select $1, $2, land_use, density,
       ST_Multi(ST_Union(ST_MakeEnvelope(west * $3::float8, south * $3::float8, (west + side) * $3::float8, (south + side) * $3::float8, 3857)))
from unnest($4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::text[], $10::smallint[])
  as squares (west, south, side, patch_column, patch_row, land_use, density)
group by patch_column, patch_row, land_use, density
order by patch_column, patch_row, land_use, density
