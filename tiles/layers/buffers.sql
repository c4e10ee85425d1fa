-- Buffers (حریم) and what they do to building.
select f.buffer_id as id, f.theme, f.effect, f.width_m::real as width_m, f.name_fa, f.name_en,
       ST_AsMVTGeom(f.geom_3857, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.buffers f on f.geom_3857 && b.margin
order by f.buffer_id
