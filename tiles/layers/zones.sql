-- Zones of the plan (پهنه). From afar only their lines and codes are drawn, the lines simplified to a pixel or half of one.
select u.plan_unit_id as id, u.code, case when b.z >= 16 then u.name_fa end as name_fa, case when b.z >= 16 then u.name_en end as name_en,
       ST_AsMVTGeom(case when b.z >= 16 then u.geom_3857 else ST_Simplify(u.geom_3857, b.pixel / case when b.z >= 14 then 2 else 1 end) end, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.plan_units u on u.geom_3857 && b.margin
order by u.plan_unit_id
