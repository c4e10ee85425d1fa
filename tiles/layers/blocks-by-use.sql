-- Parcels of one block and one use dissolved: the colour of the city where single parcels are too small. All of one use are one
-- feature of the tile, which is a tenth smaller; its id is that of the first.
select min(id) as id, land_use, density, ST_CollectionExtract(ST_Collect(geom order by id), 3) as geom
from (
  select u.block_use_id as id, u.land_use, u.density,
         ST_AsMVTGeom(u.geom_3857, b.tile, b.extent, b.buffer, true) as geom
  from bounds b join tiles.block_uses u on u.geom_3857 && b.margin
) uses
where geom is not null
group by land_use, density
order by 1
