-- Dissolve by use the parcels that belong to no block, gathered by cells of a grid; a parcel is in the cell of its middle.
-- $1 municipality, $2 authoritative CRS, $3 cell in metres, $4 and $5 first and last column of cells of this strip.
insert into tiles.block_uses (municipality_id, ground_key, land_use, density, parcel_count, area_m2, geom_3857)
select $1, ground_key, land_use, density, parcel_count, area_m2, ST_Transform(ST_Multi(ST_CollectionExtract(shape, 3)), 3857)
from (
  select -((cell_column + 1000000)::bigint * 4000000 + cell_row + 1000000) as ground_key, land_use, density, count(*) as parcel_count, sum(computed_area_m2) as area_m2,
         ST_Union(geom order by parcel_id) as shape
  from (
    select parcel_id, land_use, residential_density as density, computed_area_m2, geom,
           floor(ST_X(ST_Centroid(geom)) / $3::float8)::int as cell_column, floor(ST_Y(ST_Centroid(geom)) / $3::float8)::int as cell_row
    from land.parcels
    where municipality_id = $1 and status = 'current' and block_id is null
      and geom && ST_MakeEnvelope($4::int * $3::float8, '-infinity', ($5::int + 1) * $3::float8, 'infinity', $2::int)
  ) loose
  where cell_column between $4::int and $5::int
  group by cell_column, cell_row, land_use, density
) dissolved
where not ST_IsEmpty(ST_CollectionExtract(shape, 3))
order by ground_key, land_use, density
