-- Plain outlines of blocks, where parcels carry the colour.
select k.block_id as id,
       ST_AsMVTGeom(k.geom_3857, b.tile, 4096, 64, true) as geom
from bounds b join land.blocks k on k.geom_3857 && b.margin
order by k.block_id
