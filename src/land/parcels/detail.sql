-- One parcel with everything the sheet says of it, but for its sides. $1: parcel id.
select
  p.parcel_id as id, p.code, p.land_use, p.residential_density, p.computed_area_m2 as area_m2, p.address,
  p.registration_main, p.registration_sub, p.postal_code, p.status, n.name_fa as neighbourhood_fa, n.name_en as neighbourhood_en,
  p.registration_section, p.house_number, p.deed_area_m2::float8 as deed_area_m2, p.surveyed_area_m2::float8 as surveyed_area_m2,
  p.valid_from, p.valid_to, p.recorded_by, p.recorded_at,
  ST_AsGeoJSON(ST_ForcePolygonCCW(g.geom_4326), 7) as geometry,
  json_build_array(ST_XMin(g.geom_4326), ST_YMin(g.geom_4326), ST_XMax(g.geom_4326), ST_YMax(g.geom_4326)) as bbox,
  json_build_array(ST_X(g.point), ST_Y(g.point)) as point,
  json_build_object('slug', m.slug, 'nameFa', m.name_fa, 'nameEn', m.name_en, 'isSynthetic', m.is_synthetic, 'srid', m.srid) as municipality,
  case when d.district_id is not null then json_build_object('nameFa', d.name_fa, 'nameEn', d.name_en, 'number', d.number) end as district,
  case when r.region_id is not null then json_build_object('nameFa', r.name_fa, 'nameEn', r.name_en, 'number', r.number) end as region,
  b.number as block,
  case when s.street_id is not null then json_build_object('id', s.street_id, 'nameFa', s.name_fa, 'nameEn', s.name_en) end as street,
  buildings.list as buildings, findings.list as findings, parents.list as parents, children.list as children
from land.parcels p
join land.municipalities m using (municipality_id)
left join land.neighbourhoods n using (neighbourhood_id)
left join land.blocks b using (block_id)
left join land.regions r on r.region_id = coalesce(b.region_id, n.region_id)
left join land.districts d on d.district_id = r.district_id
left join land.streets s on s.street_id = p.street_id
cross join lateral (
  select t.geom as geom_4326, ST_PointOnSurface(t.geom) as point
  from (select ST_Transform(case when ST_NumGeometries(p.geom) = 1 then ST_GeometryN(p.geom, 1) else p.geom end, 4326) as geom) t
) g
cross join lateral (
  select coalesce(json_agg(json_build_object(
    'id', o.building_id, 'storeys', o.storeys, 'heightM', o.height_m, 'footprintM2', round(ST_Area(o.geom)::numeric, 2),
    'builtYear', o.built_year, 'landUse', o.land_use,
    'apartments', (select count(*) from land.building_units u where u.building_id = o.building_id and u.kind = 'apartment'),
    'shops', (select count(*) from land.building_units u where u.building_id = o.building_id and u.kind = 'shop')
  ) order by o.number, o.building_id), '[]') as list
  from land.buildings o where o.parcel_id = p.parcel_id
) buildings
cross join lateral (
  select coalesce(json_agg(json_build_object(
    'kind', f.kind, 'otherCode', q.code, 'areaM2', round(f.area_m2::numeric, 2), 'foundAt', f.found_at
  ) order by f.area_m2 desc, q.code), '[]') as list
  from (
    select kind, other_parcel_id as other_id, area_m2, found_at from land.findings where parcel_id = p.parcel_id and resolved_at is null
    union all
    select kind, parcel_id, area_m2, found_at from land.findings where other_parcel_id = p.parcel_id and resolved_at is null
  ) f join land.parcels q on q.parcel_id = f.other_id
  where f.kind = 'overlap'
) findings
cross join lateral (
  select coalesce(json_agg(json_build_object('code', q.code, 'kind', l.kind, 'happenedOn', l.happened_on) order by l.happened_on, q.code), '[]') as list
  from land.parcel_lineage l join land.parcels q on q.parcel_id = l.parent_id where l.child_id = p.parcel_id
) parents
cross join lateral (
  select coalesce(json_agg(json_build_object('code', q.code, 'kind', l.kind, 'happenedOn', l.happened_on) order by l.happened_on, q.code), '[]') as list
  from land.parcel_lineage l join land.parcels q on q.parcel_id = l.child_id where l.parent_id = p.parcel_id
) children
where p.parcel_id = $1
