-- Dissolve the parcels of a run of blocks by use. $1 municipality, $2 first block id, $3 the id after the last.
-- The union is made on a grid of 5 cm: it closes the slivers that surveys leave between neighbours, and two uses of one block
-- keep their common border, because both are put on the same grid.
insert into tiles.block_uses (municipality_id, block_id, land_use, density, parcel_count, area_m2, geom_3857)
select $1, block_id, land_use, density, parcel_count, area_m2, ST_Transform(ST_Multi(ST_CollectionExtract(shape, 3)), 3857)
from (
  select block_id, land_use, residential_density as density, count(*) as parcel_count, sum(computed_area_m2) as area_m2,
         ST_Union(geom, 0.05) as shape
  from land.parcels
  where municipality_id = $1 and status = 'current' and block_id >= $2 and block_id < $3
  group by block_id, land_use, residential_density
) dissolved
where not ST_IsEmpty(ST_CollectionExtract(shape, 3))
order by shape
