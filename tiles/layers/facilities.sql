-- Public facilities, as points. A point belongs to the one tile it lies in.
select f.facility_id as id, f.kind, case when b.z >= 16 then f.name_fa end as name_fa, case when b.z >= 16 then f.name_en end as name_en, f.land_use,
       ST_AsMVTGeom(f.geom_3857, b.tile, b.extent, 0, true) as geom
from bounds b join land.facilities f on f.geom_3857 && b.tile
order by f.facility_id
