-- Whole pieces of ground, each in the one use chosen for it. $1 municipality, $2 zoom; arrays: $3 ground, $4 use, $5 density.
-- Streets lie between blocks, so their outlines may be simplified one by one, by area (a tenth of a square pixel at zoom 12), which takes as much as it adds.
insert into tiles.far_uses (municipality_id, zoom, land_use, density, geom_3857)
select $1, $2, land_use, density, ST_Multi(ST_CollectionExtract(ST_Collect(outline order by ground_key), 3))
from (
  select drawn.ground_key, drawn.land_use, drawn.density, ST_SimplifyVW(ST_Union(u.geom_3857 order by u.block_use_id), 40) as outline
  from unnest($3::bigint[], $4::text[], $5::smallint[]) as drawn (ground_key, land_use, density)
  join tiles.block_uses u on u.municipality_id = $1 and u.ground_key = drawn.ground_key
  group by drawn.ground_key, drawn.land_use, drawn.density
) blocks
group by floor(ST_XMin(outline) / 2446), floor(ST_YMin(outline) / 2446), land_use, density
order by floor(ST_XMin(outline) / 2446), floor(ST_YMin(outline) / 2446), land_use, density
