-- Neighbourhoods (محله) as areas; their names stand in the set `labels`, because a polygon's label repeats at tile edges.
select n.neighbourhood_id as id, n.name_fa, n.name_en,
       ST_AsMVTGeom(n.geom_3857, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.neighbourhoods n on n.geom_3857 && b.margin
order by n.neighbourhood_id
