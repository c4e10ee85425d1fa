-- Rivers, madi canals and pools.
select w.water_course_id as id, w.kind, w.name_fa, w.name_en,
       ST_AsMVTGeom(w.geom_3857, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.water_courses w on w.geom_3857 && b.margin
where b.z >= 14 or w.kind <> 'pool'
order by w.water_course_id
