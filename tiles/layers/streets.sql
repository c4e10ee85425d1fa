-- Street segments, the narrower ones as the eye comes closer; where they are not drawn the ground between blocks is seen.
-- Names stand in the set `labels`, once for each street in a tile instead of once for each segment; street_id leads to them.
select s.segment_id as id, s.class, s.row_width_m::real as width_m, s.street_id,
       ST_AsMVTGeom(s.geom_3857, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.street_segments s on s.geom_3857 && b.margin
where b.z >= 16
   or (b.z >= 15 and s.class in ('local', 'pedestrian'))
   or (b.z >= 13 and s.class in ('collector', 'unknown'))
   or s.class in ('arterial-1', 'arterial-2')
order by s.class, width_m, s.segment_id
