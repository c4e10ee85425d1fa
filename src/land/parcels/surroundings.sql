-- A parcel and what lies within a frame around it, in the authoritative CRS. $1: parcel id, $2: metres around its box.
with parcel as (
  select parcel_id, municipality_id, geom, ST_Expand(ST_Envelope(geom), $2::float8) as frame from land.parcels where parcel_id = $1
)
select
  ST_SRID(p.geom) as srid,
  json_build_array(ST_XMin(p.frame), ST_YMin(p.frame), ST_XMax(p.frame), ST_YMax(p.frame)) as frame,
  ST_AsGeoJSON(p.geom, 4)::json -> 'coordinates' as parcel,
  neighbours.list as neighbours, buildings.list as buildings, streets.list as streets, water.list as water,
  street_lines.list as street_lines, taken.area_m2 as taken_area_m2, taken.rings as taken_rings
from parcel p
cross join lateral (
  select coalesce(json_agg(json_build_object(
    'code', q.code, 'houseNumber', q.house_number, 'landUse', q.land_use,
    'rings', ST_AsGeoJSON(q.geom, 4)::json -> 'coordinates',
    'at', ST_AsGeoJSON(ST_PointOnSurface(q.geom), 2)::json -> 'coordinates')), '[]') as list
  from (select * from land.parcels q
        where q.municipality_id = p.municipality_id and q.status = 'current' and q.parcel_id <> p.parcel_id and q.geom && p.frame
        order by ST_Distance(q.geom, p.geom), q.parcel_id limit 400) q
) neighbours
cross join lateral (
  select coalesce(json_agg(json_build_object(
    'rings', ST_AsGeoJSON(o.geom, 4)::json -> 'coordinates', 'storeys', o.storeys, 'builtYear', o.built_year,
    'onParcel', coalesce(o.parcel_id = p.parcel_id, false)) order by o.building_id), '[]') as list
  from (select * from land.buildings o where o.municipality_id = p.municipality_id and o.geom && p.frame
        order by (o.parcel_id = p.parcel_id) desc nulls last, o.building_id limit 400) o
) buildings
cross join lateral (
  -- 105 m: half of the widest right of way and a verge, so that the street a side faces is there even when its axis is outside the frame.
  select coalesce(json_agg(json_build_object(
    'name', coalesce(s.name_fa, s.name_en), 'nameEn', s.name_en, 'widthM', g.row_width_m,
    'lines', ST_AsGeoJSON(g.geom, 4)::json -> 'coordinates') order by g.segment_id), '[]') as list
  from (select * from land.street_segments g
        where g.municipality_id = p.municipality_id and g.geom && ST_Expand(p.geom, 105)
          and (g.geom && p.frame or ST_DWithin(g.geom, p.geom, coalesce(g.row_width_m, 28)::float8 / 2 + 5))
        order by ST_Distance(g.geom, p.geom), g.segment_id limit 200) g
  left join land.streets s using (street_id)
) streets
cross join lateral (
  select coalesce(json_agg(json_build_object(
    'name', coalesce(w.name_fa, w.name_en), 'nameEn', w.name_en, 'rings', ST_AsGeoJSON(w.shape, 4)::json -> 'coordinates')), '[]') as list
  from (select name_fa, name_en, ST_Multi(ST_CollectionExtract(ST_Intersection(geom, ST_Expand(p.frame, 20)), 3)) as shape
        from land.water_courses where municipality_id = p.municipality_id and geom && ST_Expand(p.frame, 20)) w
  where not ST_IsEmpty(w.shape)
) water
cross join lateral (
  select coalesce(json_agg(json_build_object(
    'plannedWidthM', l.planned_width_m, 'lines', ST_AsGeoJSON(l.shape, 4)::json -> 'coordinates')), '[]') as list
  from (select planned_width_m, ST_Multi(ST_CollectionExtract(ST_Intersection(geom, p.frame), 2)) as shape
        from land.street_lines where municipality_id = p.municipality_id and geom && p.frame) l
  where not ST_IsEmpty(l.shape)
) street_lines
cross join lateral (
  select ST_Area(t.shape) as area_m2, ST_AsGeoJSON(ST_Multi(t.shape), 4)::json -> 'coordinates' as rings
  from (select ST_CollectionExtract(ST_Intersection(p.geom, ST_Union(l.right_of_way)), 3) as shape
        from land.street_lines l where l.municipality_id = p.municipality_id and l.right_of_way && p.geom and ST_Intersects(l.right_of_way, p.geom)) t
) taken
