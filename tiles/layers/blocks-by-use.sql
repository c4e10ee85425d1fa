-- Parcels of one block and one use dissolved into one shape: the colour of the city where single parcels are too small.
select u.block_use_id as id, u.land_use, u.density,
       ST_AsMVTGeom(u.geom_3857, b.tile, 4096, 64, true) as geom
from bounds b join tiles.block_uses u on u.geom_3857 && b.margin
order by u.block_use_id
