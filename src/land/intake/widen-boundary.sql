-- $1 municipality, $2 how far (m) ground between features still belongs to it. The boundary is drawn round what was added: the
-- features grown until they meet, their holes filled, shrunk again. What was inside before stays inside.
with shapes as (
  select geom from staged where reason is null and block_id is null
  union all
  select geom from land.blocks where block_id in (select block_id from staged)
),
parts as (
  select ST_Buffer(ST_Simplify(geom, 1, true), $2, 'quad_segs=2') as geom from shapes
),
grown as (
  select (ST_Dump(ST_UnaryUnion(ST_Collect(geom)))).geom as geom from parts
),
filled as (
  select ST_Buffer(ST_UnaryUnion(ST_Collect(ST_MakePolygon(ST_ExteriorRing(geom)))), -0.8 * $2, 'quad_segs=2') as geom
  from grown
),
joined as (
  select ST_Simplify(case when m.boundary is null then f.geom else ST_Union(m.boundary, f.geom) end, 2, true) as geom
  from filled f, land.municipalities m where m.municipality_id = $1
)
update land.municipalities m
set boundary = ST_Multi(ST_CollectionExtract(case when ST_IsValid(j.geom) then j.geom else ST_MakeValid(j.geom) end, 3)), recorded_at = now()
from joined j
where m.municipality_id = $1 and j.geom is not null and not ST_IsEmpty(j.geom)
