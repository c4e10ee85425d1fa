-- The city with one land use to a block (zoom 12) or to a cell of a mosaic, each use drawn with its true area. All of one use are
-- one feature of the tile; its id is that of the first.
select min(id) as id, land_use, density, ST_Collect((part).geom order by id, (part).path) as geom
from (
  select u.far_use_id as id, u.land_use, u.density,
         ST_Dump(ST_AsMVTGeom(u.geom_3857, b.tile, b.extent, b.buffer, true)) as part
  from bounds b join tiles.far_uses u on u.geom_3857 && b.margin
  where u.zoom = b.z
) uses
group by land_use, density
order by 1
