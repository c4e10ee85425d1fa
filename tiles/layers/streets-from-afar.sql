-- Arterials joined end to end and simplified to half a pixel: far away only class and width matter.
select min(s.segment_id) as id, s.class, s.row_width_m::real as width_m,
       ST_AsMVTGeom(
         ST_Simplify(ST_LineMerge(ST_CollectionExtract(ST_Collect(s.geom_3857 order by s.segment_id), 2)), b.pixel / 2),
         b.tile, b.extent, b.buffer, true) as geom
from bounds b
join land.street_segments s on s.geom_3857 && b.margin
where s.class = 'arterial-1' or (s.class = 'arterial-2' and b.z >= 10)
group by s.class, s.row_width_m, b.tile, b.extent, b.buffer, b.pixel
order by min(s.segment_id)
