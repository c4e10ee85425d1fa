-- One line for each named street in the tile: its segments joined end to end, so that the name is not repeated for each.
select w.street_id as id, w.name_fa, w.name_en, s.class, s.width_m,
       ST_AsMVTGeom(s.line, b.tile, b.extent, 8, true) as geom
from bounds b
cross join lateral (
  select street_id, min(class) as class, max(row_width_m)::real as width_m, ST_LineMerge(ST_CollectionExtract(ST_Collect(geom_3857), 2)) as line
  from land.street_segments
  where geom_3857 && b.tile and street_id is not null
    and (b.z >= 16 or class in ('arterial-1', 'arterial-2') or (b.z >= 15 and class in ('collector', 'unknown')))
  group by street_id
) s
join land.streets w using (street_id)
order by w.street_id
