-- Current parcels (قطعه), one by one; at zoom 15 without corners that turn by less than a third of a pixel. Their codes are not
-- here: they would add a tenth to every tile, and the card asks by id.
select p.parcel_id as id, p.land_use, p.residential_density as density,
       ST_AsMVTGeom(
         case when b.z >= 16 then p.geom_3857 else ST_Simplify(p.geom_3857, b.pixel / 3, true) end,
         b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.parcels p on p.geom_3857 && b.margin
where p.status = 'current'
order by p.parcel_id
