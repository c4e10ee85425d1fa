-- $1 municipality. A building belongs to the parcel that holds most of it, when that is more than half.
with home as (
  select distinct on (s.ordinal) s.ordinal, p.parcel_id
  from staged s
  join land.parcels p on p.municipality_id = $1 and p.status = 'current' and p.geom && s.geom
  cross join lateral (select ST_Area(ST_Intersection(p.geom, s.geom)) as area_m2) shared
  where s.reason is null and shared.area_m2 > 0.5 * ST_Area(s.geom)
  order by s.ordinal, shared.area_m2 desc
)
insert into land.buildings (municipality_id, parcel_id, source_id, storeys, height_m, built_year, land_use, geom)
select $1, home.parcel_id, s.source_id, s.storeys, s.height, s.year, s.land_use, s.geom
from staged s left join home using (ordinal)
where s.reason is null
order by s.ordinal
