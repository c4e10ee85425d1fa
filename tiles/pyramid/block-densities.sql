-- How much of each residential density lies in each of a run of blocks. $1 municipality, $2 first block id, $3 the id after the last.
select block_id::float8 as block_id, residential_density as density, (sum((computed_area_m2 * 100)::bigint) / 100)::float8 as area
from land.parcels
where municipality_id = $1 and status = 'current' and block_id >= $2 and block_id < $3 and residential_density is not null
group by block_id, residential_density
order by block_id, residential_density
