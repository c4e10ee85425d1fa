-- $1 municipality. Segments of one name, whatever its spelling, are one street; a street of that name that is there is used.
with named as (
  select ordinal, name_fa, name_en, kernel.fold_text(coalesce(name_fa, '') || ' ' || coalesce(name_en, '')) as folded
  from staged where reason is null and coalesce(name_fa, name_en) is not null
),
made as (
  insert into land.streets (municipality_id, name_fa, name_en)
  select distinct on (folded) $1::int, name_fa, name_en
  from named n
  where folded <> '' and not exists (
    select from land.streets t where t.municipality_id = $1 and t.search_key = n.folded)
  order by folded, ordinal
  returning street_id, search_key
),
known as (
  select street_id, search_key from made
  union all
  select min(street_id), search_key from land.streets where municipality_id = $1 group by search_key
)
insert into land.street_segments (municipality_id, street_id, source_id, class, row_width_m, geom)
select $1, known.street_id, s.source_id, coalesce(s.class, 'unknown'), s.width, s.geom
from staged s
left join named using (ordinal)
left join known on known.search_key = named.folded
where s.reason is null
order by s.ordinal
