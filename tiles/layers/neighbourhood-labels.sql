-- One point for each neighbourhood, well inside it.
select n.neighbourhood_id as id, n.name_fa, n.name_en,
       ST_AsMVTGeom(n.point, b.tile, b.extent, 0, true) as geom
from bounds b
cross join lateral (
  select neighbourhood_id, name_fa, name_en, ST_PointOnSurface(geom_3857) as point
  from land.neighbourhoods where geom_3857 && b.tile
) n
where n.point && b.tile
order by n.neighbourhood_id
