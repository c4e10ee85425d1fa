-- Plain outlines of blocks, where parcels carry the colour.
select k.block_id as id,
       ST_AsMVTGeom(case when b.z >= 16 then k.geom_3857 else ST_SimplifyPreserveTopology(k.geom_3857, b.pixel / 2) end, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.blocks k on k.geom_3857 && b.margin
order by k.block_id
