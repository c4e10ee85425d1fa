-- One row per feature of the file, in this session and transaction only.
create temp table staged (
  ordinal int not null,
  reason text,                 -- why it is left out; null = nothing found yet
  detail text,
  code text, source_id text, name_fa text, name_en text, use text, address text, house_number text, postal_code text,
  deed_area numeric, surveyed_area numeric, storeys int, height numeric, year int, class text, width numeric,
  shape geometry,              -- as in the file, without SRID
  land_use text,
  block_id bigint, parcel_id bigint, -- once they are made
  spot geometry,               -- the middle of its box in WGS84, to see where on earth it is
  geom geometry,               -- in the authoritative CRS
  ground geometry              -- what an invalid shape encloses, for measuring overlaps only
) on commit drop;

-- A transformation that answers null where the projection has no answer.
create or replace function pg_temp.transform_or_null(g geometry, from_srid int, to_srid int) returns geometry language plpgsql as $$
begin
  return ST_Transform(ST_SetSRID(g, from_srid), to_srid);
exception when others then
  return null;
end $$;
