-- Pieces of a shape cut by a line. $1 shape, $2 line (GeoJSON, metres), $3 CRS, $4 parcel, $5 least width (m), $6 pieces at most.
-- Boundary and line are noded together, so that pieces on both sides of the line have the same points.
with given as (
  select ST_SetSRID(ST_GeomFromGeoJSON($1::text), $3::int) as shape, ST_SetSRID(ST_GeomFromGeoJSON($2::text), $3::int) as line
),
faces as (
  select d.geom, ST_PointOnSurface(d.geom) as inside
  from (select (ST_Dump(ST_Polygonize(noded))).geom
        from (select ST_UnaryUnion(ST_Collect(ST_Boundary(shape), line)) as noded from given) n) d
),
pieces as (
  -- What the line encloses outside, and the holes, are no pieces.
  select f.* from faces f, given where ST_Intersects(f.inside, given.shape) limit $6::int
)
select ST_AsGeoJSON(ST_Multi(geom), 15, 0) as shape, ST_Area(geom) as area_m2,
  not ST_IsEmpty(ST_Buffer(geom, -$5::float8 / 2)) as is_wide,
  (select coalesce(sum(ST_Area(ST_Intersection(b.geom, pieces.geom))), 0) from land.buildings b where b.parcel_id = $4::bigint) as built_m2,
  json_build_array(ST_X(ST_Transform(inside, 4326)), ST_Y(ST_Transform(inside, 4326))) as place
from pieces
order by ST_Y(ST_Centroid(geom)) - ST_X(ST_Centroid(geom)) desc, ST_Area(geom)
