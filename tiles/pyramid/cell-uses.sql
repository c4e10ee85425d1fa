-- How much of each use lies in each cell of a grid over the map's plane. $1 municipality, $2 cell in units of EPSG:3857.
-- Sums are of whole hundredths, so that they do not depend on the order of the rows. Small parcels count whole where their middle is; what is larger than a cell is cut along the grid.
with sized as (
  select land_use, residential_density as density, geom_3857 as geom,
         greatest(ST_XMax(geom_3857) - ST_XMin(geom_3857), ST_YMax(geom_3857) - ST_YMin(geom_3857)) as size
  from land.parcels
  where municipality_id = $1 and status = 'current'
),
pieces as (
  select floor(ST_X(ST_Centroid(geom)) / $2::float8)::int as cell_column, floor(ST_Y(ST_Centroid(geom)) / $2::float8)::int as cell_row,
         land_use, density, ST_Area(geom) as area
  from sized where size <= $2::float8
  union all
  select grid.i, grid.j, land_use, density, ST_Area(ST_ClipByBox2D(sized.geom, grid.geom::box2d))
  from sized cross join lateral ST_SquareGrid($2::float8, sized.geom) grid
  where size > $2::float8
)
select cell_column, cell_row, land_use, density, (sum((area * 100)::bigint) / 100)::float8 as area
from pieces
where area > 0
group by cell_column, cell_row, land_use, density
order by cell_column, cell_row, land_use, density
