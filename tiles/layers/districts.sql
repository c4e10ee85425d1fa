-- Districts (منطقه).
select d.district_id as id, d.name_fa, d.name_en,
       ST_AsMVTGeom(d.geom_3857, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.districts d on d.geom_3857 && b.margin
order by d.district_id
