-- House numbers (پلاک), each at a point inside its parcel.
select p.parcel_id as id, p.house_number,
       ST_AsMVTGeom(p.point, b.tile, b.extent, 0, true) as geom
from bounds b
cross join lateral (
  select parcel_id, house_number, ST_PointOnSurface(geom_3857) as point
  from land.parcels where geom_3857 && b.tile and status = 'current' and house_number is not null
) p
where p.point && b.tile
order by p.parcel_id
