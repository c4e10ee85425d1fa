-- Findings not yet resolved: where two parcels overlap.
select f.finding_id as id, f.kind, f.parcel_id, f.other_parcel_id, f.area_m2::real as area_m2,
       ST_AsMVTGeom(f.geom_3857, b.tile, b.extent, b.buffer, true) as geom
from bounds b join land.findings f on f.geom_3857 && b.margin
where f.resolved_at is null
order by f.finding_id
