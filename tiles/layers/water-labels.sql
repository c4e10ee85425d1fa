-- Names of water: along the middle line where there is one, at a point otherwise.
select w.water_course_id as id, w.kind, w.name_fa, w.name_en,
       ST_AsMVTGeom(coalesce(ST_LineMerge(w.centre_line_3857), ST_PointOnSurface(w.geom_3857)), b.tile, b.extent, 8, true) as geom
from bounds b join land.water_courses w on w.geom_3857 && b.tile
where coalesce(w.name_fa, w.name_en) is not null and (b.z >= 14 or w.kind <> 'pool')
order by w.water_course_id
