-- Street lines of the plan (بر اصلاحی).
select l.street_line_id as id, l.planned_width_m::real as planned_width_m, l.segment_id,
       ST_AsMVTGeom(l.geom_3857, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.street_lines l on l.geom_3857 && b.margin
order by l.street_line_id
