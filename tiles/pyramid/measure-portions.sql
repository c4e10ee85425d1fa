-- How much of each use lies on pieces of ground in each cell of a grid over the map's plane, in whole hundredths, so that sums do not
-- depend on the order of the rows. Small parcels count whole where their middle is; what is larger than a cell is cut along the grid.
-- $1 municipality, $2 ground, $3 cell in units of EPSG:3857.
with sized as (
  select ground_key, coalesce(land_use, '---') || coalesce(density::text, '') as use_key, geom_3857 as geom,
         greatest(ST_XMax(geom_3857) - ST_XMin(geom_3857), ST_YMax(geom_3857) - ST_YMin(geom_3857)) as size
  from tiles.list_parcels_on($1, $2)
),
pieces as (
  select ground_key, floor(ST_X(ST_Centroid(geom)) / $3::float8)::int as cell_column, floor(ST_Y(ST_Centroid(geom)) / $3::float8)::int as cell_row,
         use_key, ST_Area(geom) as area
  from sized where size <= $3::float8
  union all
  select ground_key, grid.i, grid.j, use_key, ST_Area(ST_ClipByBox2D(sized.geom, grid.geom::box2d))
  from sized cross join lateral ST_SquareGrid($3::float8, sized.geom) grid
  where size > $3::float8
)
select ground_key::float8, cell_column, cell_row, use_key, sum((area * 100)::bigint)::float8 as area
from pieces
group by ground_key, cell_column, cell_row, use_key
having sum((area * 100)::bigint) > 0
order by ground_key, cell_column, cell_row, use_key
