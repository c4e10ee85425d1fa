-- Parcels of one block and one use dissolved: the colour of the city where single parcels are too small. All of one use are one
-- feature of the tile, which makes it a third smaller; its id is that of the first. Corners that
-- turn by less than a third of a pixel are left out, at zoom 13 a sixth: there cut corners of blocks would add up.
select min(id) as id, land_use, density, ST_Collect((part).geom order by id, (part).path) as geom
from (
  select u.block_use_id as id, u.land_use, u.density,
         ST_Dump(ST_AsMVTGeom(ST_Simplify(u.geom_3857, b.pixel / case when b.z >= 14 then 3 else 6 end, true), b.tile, b.extent, b.buffer, true)) as part
  from bounds b join tiles.block_uses u on u.geom_3857 && b.margin
) uses
group by land_use, density
order by 1
