-- $1 municipality, $2 the plan they belong to
insert into land.plan_units (municipality_id, source_id, code, name_fa, name_en, plan, geom)
select $1, source_id, code, name_fa, name_en, $2, geom from staged where reason is null order by ordinal
