-- Zones of the plan (پهنه).
select u.plan_unit_id as id, u.code, u.name_fa, u.name_en,
       ST_AsMVTGeom(u.geom_3857, b.tile, 4096, 64, true) as geom
from bounds b join land.plan_units u on u.geom_3857 && b.margin
order by u.plan_unit_id
