-- $1 municipality, $2 gap that does not part a block (m), $3 parcels at most. Staged parcels that touch form a block; blocks are
-- what low zooms draw. Where streets are parcels too, everything touches: such a whole is no block, its parcels stay without.
with grouped as (
  select ordinal, geom, ST_ClusterDBSCAN(geom, $2, 1) over () as cluster from staged where reason is null
),
united as (
  select cluster, ST_UnaryUnion(ST_Collect(geom)) as geom from grouped group by 1 having count(*) <= $3
),
-- a derived outline may be mended, unlike the parcels
sound as (
  select cluster, ST_Multi(ST_CollectionExtract(case when ST_IsValid(geom) then geom else ST_MakeValid(geom) end, 3)) as geom
  from united
),
numbered as (
  select cluster, geom, nextval(pg_get_serial_sequence('land.blocks', 'block_id')) as block_id from sound
),
made as (
  insert into land.blocks (block_id, municipality_id, geom)
  select block_id, $1, geom from numbered order by block_id
)
update staged s set block_id = n.block_id
from grouped g join numbered n using (cluster)
where s.ordinal = g.ordinal
