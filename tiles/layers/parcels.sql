-- Current parcels (قطعه), one by one. The code is for the card under the cursor at the closest zoom.
select p.parcel_id as id, p.land_use, p.residential_density as density,
       case when b.z >= 16 then p.code end as code,
       ST_AsMVTGeom(p.geom_3857, b.tile, 4096, 64, true) as geom
from bounds b join land.parcels p on p.geom_3857 && b.margin
where p.status = 'current'
order by p.parcel_id
