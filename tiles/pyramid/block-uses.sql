-- Dissolve the parcels of a run of blocks by use. $1 municipality, $2 first block id, $3 the id after the last; arrays: $4 block,
-- $5 the one density in which its dwellings are drawn.
-- Neighbours of different use keep the vertices of their common border, so it stays common. Slivers that surveys leave between
-- parcels are far below the grid of the tiles, which closes them; closing them here would double the time.
insert into tiles.block_uses (municipality_id, ground_key, land_use, density, parcel_count, area_m2, geom_3857)
select $1, block_id, land_use, case when has_density then drawn.density end, parcel_count, area_m2,
       ST_Transform(ST_Multi(ST_CollectionExtract(shape, 3)), 3857)
from (
  select block_id, land_use, bool_or(residential_density is not null) as has_density, count(*) as parcel_count,
         sum(computed_area_m2) as area_m2, ST_Union(geom order by parcel_id) as shape
  from land.parcels
  where municipality_id = $1 and status = 'current' and block_id >= $2 and block_id < $3
  group by block_id, land_use
) dissolved
left join unnest($4::bigint[], $5::smallint[]) as drawn (block_id, density) using (block_id)
where not ST_IsEmpty(ST_CollectionExtract(shape, 3))
order by block_id, land_use
