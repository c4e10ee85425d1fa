-- Low zooms are kept piece of ground by piece of ground (a block, or a cell that gathers parcels of no block): an edit marks the
-- ground it touches, and only that is dissolved again. tiles/README.md tells how every use keeps its true area meanwhile.

-- The ground a parcel belongs to: its block, else, below zero, a cell of 200 m around its middle.
create function tiles.find_ground(block_id bigint, geom geometry) returns bigint
language sql immutable parallel safe as $$
  select coalesce(block_id, -((floor(ST_X(ST_Centroid(geom)) / 200)::bigint + 1000000) * 4000000 + floor(ST_Y(ST_Centroid(geom)) / 200)::bigint + 1000000))
$$;

-- Current parcels on some pieces of ground of one municipality, by index.
create function tiles.list_parcels_on(municipality int, grounds bigint[])
returns table (ground_key bigint, parcel_id bigint, land_use text, density smallint, area_m2 double precision, geom geometry, geom_3857 geometry)
language sql stable parallel safe as $$
  select p.block_id, p.parcel_id, p.land_use, p.residential_density, p.computed_area_m2, p.geom, p.geom_3857
  from land.parcels p
  where p.municipality_id = municipality and p.status = 'current' and p.block_id = any (grounds)
  union all
  select g, p.parcel_id, p.land_use, p.residential_density, p.computed_area_m2, p.geom, p.geom_3857
  from unnest(grounds) g
  join land.municipalities m on m.municipality_id = municipality
  join land.parcels p on p.municipality_id = municipality and p.status = 'current' and p.block_id is null
    and p.geom && ST_MakeEnvelope(((-g) / 4000000 - 1000000) * 200, ((-g) % 4000000 - 1000000) * 200, ((-g) / 4000000 - 999999) * 200, ((-g) % 4000000 - 999999) * 200, m.srid)
    and tiles.find_ground(null, p.geom) = g
  where g < 0
$$;

-- Ground whose parcels have changed since it was dissolved. Rows are only added by edits and only deleted by who dissolves, so
-- that no transaction waits for another. No ground: a bulk load, after which everything is built anew.
create table tiles.stale_grounds (
  mark_id bigint generated always as identity primary key,
  municipality_id int not null,
  ground_key bigint,
  marked_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create function tiles.mark_grounds() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set jit = off set enable_nestloop = off as $$
begin
  if current_setting('barzan.bulk', true) = 'on' then
    insert into tiles.stale_grounds (municipality_id)
    select municipality_id from (select distinct municipality_id from fresh) f
    -- Only a mark of this transaction will do: one of another may be on its way out with a rebuild that does not see these rows.
    where not exists (
      select from tiles.stale_grounds s
      where s.municipality_id = f.municipality_id and s.ground_key is null and s.xmin = pg_current_xact_id()::xid);
  elsif tg_op = 'INSERT' then
    insert into tiles.stale_grounds (municipality_id, ground_key)
    select distinct municipality_id, tiles.find_ground(block_id, geom) from fresh where status = 'current';
  else
    insert into tiles.stale_grounds (municipality_id, ground_key)
    select distinct municipality_id, tiles.find_ground(block_id, geom)
    from (
      select o.municipality_id, o.parcel_id, o.status, o.block_id, o.geom, o.land_use, o.residential_density, n.status as other_status, n.block_id as other_block, n.geom as other_geom, n.land_use as other_use, n.residential_density as other_density
      from stale o join fresh n using (parcel_id)
      union all
      select n.municipality_id, n.parcel_id, n.status, n.block_id, n.geom, n.land_use, n.residential_density, o.status, o.block_id, o.geom, o.land_use, o.residential_density
      from stale o join fresh n using (parcel_id)
    ) sides
    where status = 'current'
      and row(status, block_id, geom, land_use, residential_density) is distinct from row(other_status, other_block, other_geom, other_use, other_density);
  end if;
  return null;
end $$;
revoke all on function tiles.mark_grounds from public;
create trigger tiles_mark_grounds_insert after insert on land.parcels
  referencing new table as fresh for each statement execute function tiles.mark_grounds();
create trigger tiles_mark_grounds_update after update on land.parcels
  referencing old table as stale new table as fresh for each statement execute function tiles.mark_grounds();

-- Areas below are whole hundredths of a unit² of EPSG:3857, so that sums are exact whatever their order. A use is its code and the density of
-- its dwellings in one word ('RES2', 'COM', '---' where the source does not say). A place is the number of a cell on a Z-order curve.

-- How much of each use lies on a piece of ground in each cell of the municipality's finest mosaic.
create table tiles.ground_portions (
  municipality_id int not null references land.municipalities on delete cascade,
  ground_key bigint not null,
  place bigint not null,
  use_key text not null,
  area bigint not null,
  primary key (municipality_id, ground_key, place, use_key)
);
create index ground_portions_place on tiles.ground_portions (municipality_id, place);

-- How a piece of ground is drawn: the density of its dwellings at zooms 13 and 14, and as a whole at zoom 12.
create table tiles.grounds (
  municipality_id int not null references land.municipalities on delete cascade,
  ground_key bigint not null,
  patch bigint not null,
  density smallint,
  use_key text not null,
  area bigint not null,
  outline geometry(Geometry, 3857),
  primary key (municipality_id, ground_key)
);
create index grounds_patch on tiles.grounds (municipality_id, patch, use_key);
create index grounds_use on tiles.grounds (municipality_id, use_key, ground_key);

-- The mosaics of a municipality, and their cells: what is drawn in each, as a square of so many steps.
create table tiles.mosaics (
  municipality_id int not null references land.municipalities on delete cascade,
  zoom smallint not null,
  level smallint not null,
  steps smallint not null,
  primary key (municipality_id, zoom)
);
create table tiles.cells (
  municipality_id int not null references land.municipalities on delete cascade,
  zoom smallint not null,
  place bigint not null,
  cell_column int not null,
  cell_row int not null,
  side smallint not null,
  use_key text not null,
  primary key (municipality_id, zoom, place)
);
create index cells_use on tiles.cells (municipality_id, zoom, use_key, place);

-- The books: what there is of each use, and what of it still waits to be drawn: in the whole municipality (patch -1), and what edits
-- have changed of both in each patch of ground since all was laid out.
create table tiles.balances (
  municipality_id int not null references land.municipalities on delete cascade,
  zoom smallint not null,
  patch bigint not null,
  use_key text not null,
  held bigint not null,
  owed bigint not null,
  primary key (municipality_id, zoom, patch, use_key)
);
-- Each edit updates some of its few rows: dead ones are taken away before a scan grows long.
alter table tiles.balances set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

alter table tiles.far_uses add column patch bigint;
alter table tiles.far_uses add column use_key text not null
  generated always as (coalesce(land_use, '---') || coalesce(density::text, '')) stored;
update tiles.far_uses set patch = -far_use_id;
alter table tiles.far_uses alter column patch set not null;
create unique index far_uses_patch on tiles.far_uses (municipality_id, zoom, patch, use_key);

-- What was built before has no books: it is built anew at the next start.
delete from tiles.rebuilds;

-- The application brings ground up to date by itself; only a whole rebuild is the owner's.
grant select, delete on tiles.stale_grounds to barzan_app;
grant select, insert, update, delete on tiles.block_uses, tiles.far_uses, tiles.ground_portions, tiles.grounds, tiles.cells, tiles.balances to barzan_app;
grant select on tiles.mosaics to barzan_app;
