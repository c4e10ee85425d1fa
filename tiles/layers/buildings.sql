-- Buildings with what their height in 3D needs.
select g.building_id as id, g.storeys, g.height_m::real as height_m, g.land_use,
       ST_AsMVTGeom(g.geom_3857, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.buildings g on g.geom_3857 && b.margin
order by g.storeys, g.land_use, g.building_id
