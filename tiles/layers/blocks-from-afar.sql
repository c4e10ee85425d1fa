-- The city as a mosaic, one land use to a cell, each use drawn with its true area.
select u.far_use_id as id, u.land_use, u.density,
       ST_AsMVTGeom(u.geom_3857, b.tile, 4096, 64, true) as geom
from bounds b join tiles.far_uses u on u.geom_3857 && b.margin
where u.level = case when b.z <= 9 then 9 else 10 end
order by u.far_use_id
