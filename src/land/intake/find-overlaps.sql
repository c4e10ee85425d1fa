-- $1 municipality, $2 smallest area that counts (m²), $3 source. Pairs whose ground crosses: staged features with each other
-- and with parcels recorded before. A pair of two recorded parcels is a finding on both.
with met as (
  select a.ordinal as a_ordinal, b.ordinal as b_ordinal, b.parcel_id as b_parcel_id,
    sum(ST_Area(ST_Intersection(a.piece, b.piece))) as area_m2
  from pieces a join pieces b on a.piece && b.piece and (a.ordinal < b.ordinal or b.ordinal is null)
  where a.ordinal is not null
  group by 1, 2, 3
),
pairs as (
  select met.*, a.code as a_code, a.source_id as a_source_id, coalesce(b.code, p.code) as b_code, b.source_id as b_source_id,
    a.reason as a_reason, b.reason as b_reason, a.parcel_id as a_parcel, coalesce(b.parcel_id, met.b_parcel_id) as b_parcel
  from met
  join staged a on a.ordinal = met.a_ordinal
  left join staged b on b.ordinal = met.b_ordinal
  left join land.parcels p on p.parcel_id = met.b_parcel_id
  where area_m2 > $2
),
recorded as (
  insert into land.findings (municipality_id, kind, parcel_id, other_parcel_id, area_m2, geom, source)
  select $1, 'overlap', a.parcel_id, b.parcel_id, pairs.area_m2,
    ST_Multi(ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3)), $3
  from pairs
  join land.parcels a on a.parcel_id = least(a_parcel, b_parcel)
  join land.parcels b on b.parcel_id = greatest(a_parcel, b_parcel)
  where a_parcel is not null and b_parcel is not null
)
select * from pairs order by a_ordinal, b_ordinal
