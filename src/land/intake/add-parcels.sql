-- $1 municipality. What is left of the staged features becomes parcels; overlaps are measured over the whole set afterwards.
with added as (
  insert into land.parcels (municipality_id, code, block_id, land_use, address, house_number, postal_code, deed_area_m2,
    surveyed_area_m2, recorded_by, geom)
  select $1, code, block_id, land_use, address, house_number, postal_code, deed_area, surveyed_area, 'import', geom
  from staged where reason is null order by ordinal
  returning parcel_id, code
)
update staged s set parcel_id = added.parcel_id from added where s.reason is null and s.code = added.code
