-- Street segments, the narrower ones as the eye comes closer.
select s.segment_id as id, s.class, s.row_width_m::real as width_m, w.name_fa, w.name_en, s.street_id,
       ST_AsMVTGeom(s.geom_3857, b.tile, 4096, 64, true) as geom
from bounds b
join land.street_segments s on s.geom_3857 && b.margin
left join land.streets w using (street_id)
where b.z >= 15
   or (b.z >= 13 and s.class in ('collector', 'unknown'))
   or s.class in ('arterial-1', 'arterial-2')
order by s.segment_id
