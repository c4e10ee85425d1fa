-- Which tiles each transaction changed, and tiles kept once they are rendered. tiles/README.md tells how the two meet.

-- One row for each tile that a transaction changed, written in that transaction. z = -1 stands for every tile of the set.
-- Rows of other transactions are never waited for: nothing here is unique but the number.
create table tiles.changes (
  change_id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  set_id text not null,
  layer text not null,                                -- '' with z = -1
  z smallint not null,
  x int not null,
  y int not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index changes_xid on tiles.changes (xid);
create index changes_tile on tiles.changes (set_id, z, x, y);

-- What open maps are told of single features without a tile.
create table tiles.feature_states (
  feature_state_id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  set_id text not null,
  layer text not null,
  feature_id bigint not null,
  state jsonb not null,
  box geometry(Polygon, 3857) not null,               -- where it lies
  recorded_at timestamptz not null default clock_timestamp()
);
create index feature_states_xid on tiles.feature_states (xid);

-- Rendered tiles, compressed. A row is good while every change to its tile is visible in `snapshot`.
create table tiles.store (
  z smallint not null,
  x int not null,
  y int not null,
  set_id text not null,
  audience text not null,
  format text not null default 'mvt',
  layer_version text not null,                        -- of the statement that made it
  snapshot pg_snapshot not null,                      -- what the rendering has seen, at least
  etag text not null,
  bytes bytea not null,                               -- gzip; no bytes: nothing is there
  stored_at timestamptz not null default now(),
  primary key (z, x, y, set_id, audience, format)
) partition by list (z);

do $$
begin
  for z in 8..16 loop
    execute format('create table tiles.store_z%s partition of tiles.store for values in (%s)', z, z);
    -- compressed already
    execute format('alter table tiles.store_z%s alter column bytes set storage external', z);
  end loop;
end $$;

-- Snapshots and transaction numbers mean something in the cluster they were taken in, and nothing in one restored from a dump.
create table tiles.home (
  system_identifier bigint not null,
  swept_xid xid8 not null default '0'                 -- changes of transactions up to this one may have been forgotten
);
create unique index home_is_one on tiles.home ((true));
insert into tiles.home (system_identifier) select system_identifier from pg_control_system();

-- Tiles of zooms `minzoom` to `maxzoom` that show a shape, with the margin that is drawn beyond their edges (1/64 of a side). The box
-- decides where it covers few tiles, as it does when tiles are rendered; a long shape is held against each, and against a little more
-- of it, since it is drawn with fewer corners (a pixel, 1/512 of a side). What has no shape is in no tile.
create function tiles.cover(shape geometry, minzoom int, maxzoom int) returns table (z smallint, x int, y int)
language sql immutable parallel safe as $$
  select zoom::smallint, c, r
  from (
    select ST_XMin(shape) + 20037508.342789244 as west, ST_XMax(shape) + 20037508.342789244 as east,
           20037508.342789244 - ST_YMax(shape) as north, 20037508.342789244 - ST_YMin(shape) as south
    where not ST_IsEmpty(shape)
  ) s
  cross join lateral generate_series(minzoom, maxzoom) zoom
  cross join lateral (select 40075016.68557849 / 2 ^ zoom as side, 2 ^ zoom::int - 1 as last) t
  cross join lateral (
    select floor(s.west / side - 0.01563)::int as west, floor(s.east / side + 0.01563)::int as east,
           floor(s.north / side - 0.01563)::int as north, floor(s.south / side + 0.01563)::int as south
  ) b
  cross join lateral generate_series(greatest(b.west, 0), least(b.east, last::int)) c
  cross join lateral generate_series(greatest(b.north, 0), least(b.south, last::int)) r
  where (b.east - b.west + 1)::bigint * (b.south - b.north + 1) <= 6 or ST_Intersects(shape, ST_TileEnvelope(zoom, c, r, margin => 0.0185))
$$;

-- How many tiles of a zoom the box of a shape lies in, about: cheap, however wide it is. 1 at least.
create function tiles.measure_breadth(shape geometry, zoom int) returns double precision
language sql immutable parallel safe as $$
  select greatest((1 + (ST_XMax(shape) - ST_XMin(shape)) * 2 ^ zoom / 40075016.68557849) * (1 + (ST_YMax(shape) - ST_YMin(shape)) * 2 ^ zoom / 40075016.68557849), 1)
$$;

-- Every tile of a set, or of all sets, has changed: for a loader that writes more than is worth telling one by one.
create function tiles.note_set(set_id text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into tiles.changes (set_id, layer, z, x, y) values (set_id, '', -1, 0, 0)
$$;
create table tiles.watches (
  source regclass not null,
  set_id text not null,
  layer text not null,
  minzoom smallint not null,
  maxzoom smallint not null,
  drawn text[] not null,
  primary key (source, set_id, layer)
);
create function tiles.note_everything() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select tiles.note_set(set_id) from (select distinct set_id from tiles.watches) sets
$$;
revoke all on function tiles.note_set, tiles.note_everything from public;

-- Watch a table that layers are drawn from: each statement that changes what is drawn of a row, its key, its shape or one of the columns
-- `drawn`, notes the tiles that show it before and after. `shape` and `shown` are expressions over the row `r`; `shown` may ask for the
-- zoom, `t.z`. With `tells`, open maps are told of each changed feature, too: an expression for the state. A statement that changes
-- thousands of tiles notes the set. Whoever watches the same table for the same layer again replaces what was said before.
create function tiles.watch(
  source regclass, set_id text, layer text, minzoom int, maxzoom int, drawn text[],
  shape text default 'r.geom_3857', shown text default 'true', tells text default null
) returns void language plpgsql as $body$
declare
  name text := replace(format('%s_%s', set_id, layer), '-', '_');
  note_name text := format('note_%s_of_%s', name, (select relname from pg_class where oid = source));
  key text;
  join_on text;
  old_drawn text;
  new_drawn text;
  changed text;
  note text;
  tell text := '';
  op text;
begin
  select string_agg(format('o.%1$I = n.%1$I', a.attname), ' and '), string_agg(format('r.%I', a.attname), ', '),
         string_agg(format('o.%I, ', a.attname), ''), string_agg(format('n.%I, ', a.attname), '')
  into strict join_on, key, old_drawn, new_drawn
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = source and i.indisprimary;
  old_drawn := old_drawn || (select string_agg(format('o.%I', d), ', ') from unnest(drawn) d);
  new_drawn := new_drawn || (select string_agg(format('n.%I', d), ', ') from unnest(drawn) d);
  -- Full: a row whose key changes is another row before than after, and a tile shows its key.
  changed := format('select %%1$s.* from stale o full join fresh n on %1$s where row(%2$s) is distinct from row(%3$s)', join_on, old_drawn, new_drawn);
  note := format(
    $sql$if (select sum(greatest(tiles.measure_breadth(%3$s, %5$s), 1)) from (select * from (%%1$s) r limit 20001) r) > 20000 then
          noted := 4000;
        else
          with touched as (
            insert into tiles.changes (set_id, layer, z, x, y)
            select distinct %1$L, %2$L, t.z, t.x, t.y from (%%1$s) r cross join lateral tiles.cover(%3$s, %4$s, %5$s) t where %6$s limit 4000
            returning 1)
          select count(*) into noted from touched;
          %%2$s
        end if;$sql$, set_id, layer, shape, minzoom, maxzoom, shown);
  if tells is not null then
    tell := format(
      $sql$insert into tiles.feature_states (set_id, layer, feature_id, state, box)
          select %L, %L, %s, %s, ST_Expand(ST_Envelope(%s), 0.01) from (%%s) r where row(%3$s) is not null limit 500;$sql$, set_id, layer, key, tells, shape);
  end if;
  -- No nested loop: the plan for one row is kept, and with it thousands would each be held against thousands.
  execute format(
    $sql$create or replace function tiles.%1$I() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp set jit = off set enable_nestloop = off as $trigger$
    declare noted int := 0;
    begin
      if current_setting('barzan.bulk', true) = 'on' then return null; end if;
      if tg_op = 'TRUNCATE' then
        noted := 4000;
      elsif tg_op = 'INSERT' then
        %2$s
      elsif tg_op = 'DELETE' then
        %3$s
      else
        %4$s
      end if;
      if noted >= 4000 then perform tiles.note_set(%5$L); end if;
      return null;
    end $trigger$ $sql$,
    note_name,
    format(note, 'select * from fresh', format(tell, 'select * from fresh')),
    format(note, 'select * from stale', format(tell, 'select * from stale')),
    format(note, format(changed, 'o') || ' union all ' || format(changed, 'n'), format(tell, format(changed, 'n'))),
    set_id);
  execute format('revoke all on function tiles.%I from public', note_name);
  foreach op in array '{insert,update,delete,truncate}'::text[] loop
    execute format('create or replace trigger %I after %s on %s %s for each statement execute function tiles.%I()', format('tiles_%s_%s', name, op), op, source,
      case op when 'insert' then 'referencing new table as fresh' when 'delete' then 'referencing old table as stale'
              when 'update' then 'referencing old table as stale new table as fresh' else '' end, note_name);
  end loop;
  insert into tiles.watches values (source, set_id, layer, minzoom, maxzoom, drawn)
  on conflict on constraint watches_pkey do update set minzoom = excluded.minzoom, maxzoom = excluded.maxzoom, drawn = excluded.drawn;
end $body$;
revoke all on function tiles.watch from public;

select tiles.watch('land.districts', 'land', 'districts', 8, 16, '{geom_3857,name_fa,name_en}');
select tiles.watch('land.neighbourhoods', 'land', 'neighbourhoods', 12, 16, '{geom_3857,name_fa,name_en}');
select tiles.watch('land.neighbourhoods', 'labels', 'neighbourhood_labels', 11, 16, '{geom_3857,name_fa,name_en}', shape => 'ST_PointOnSurface(r.geom_3857)');
select tiles.watch('land.blocks', 'land', 'blocks', 15, 16, '{geom_3857}');
select tiles.watch('tiles.block_uses', 'land', 'blocks', 13, 14, '{geom_3857,land_use,density}');
select tiles.watch('tiles.far_uses', 'land', 'blocks', 8, 12, '{geom_3857,land_use,density,zoom}', shown => 't.z = r.zoom');
select tiles.watch('land.plan_units', 'land', 'zones', 13, 16, '{geom_3857,code,name_fa,name_en}');
select tiles.watch('land.street_segments', 'land', 'streets', 8, 16, '{geom_3857,class,row_width_m,street_id}', shape => 'ST_Envelope(r.geom_3857)',
  shown => $$t.z >= 16 or (t.z >= 15 and r.class in ('local', 'pedestrian')) or (t.z >= 13 and r.class in ('collector', 'unknown'))
    or (t.z >= 10 and r.class = 'arterial-2') or r.class = 'arterial-1'$$);
select tiles.watch('land.parcels', 'land', 'parcels', 15, 16, '{geom_3857,land_use,residential_density,status}', shown => $$r.status = 'current'$$,
  tells => $$jsonb_build_object('changed', floor(extract(epoch from clock_timestamp()) * 1000))$$);
select tiles.watch('land.buildings', 'land', 'buildings', 16, 16, '{geom_3857,storeys,height_m,land_use}');
select tiles.watch('land.facilities', 'land', 'facilities', 14, 16, '{geom_3857,kind,name_fa,name_en,land_use}');
select tiles.watch('land.water_courses', 'land', 'water', 8, 16, '{geom_3857,kind,name_fa,name_en}', shown => $$t.z >= 14 or r.kind <> 'pool'$$);
select tiles.watch('land.street_lines', 'plan', 'street_lines', 13, 16, '{geom_3857,planned_width_m,segment_id}');
select tiles.watch('land.buffers', 'plan', 'buffers', 13, 16, '{geom_3857,theme,effect,width_m,name_fa,name_en}');
select tiles.watch('land.findings', 'plan', 'findings', 13, 16, '{geom_3857,kind,parcel_id,other_parcel_id,area_m2,resolved_at}', shown => 'r.resolved_at is null');
select tiles.watch('land.street_segments', 'labels', 'street_labels', 13, 16, '{geom_3857,class,row_width_m,street_id}', shape => 'ST_Envelope(r.geom_3857)',
  shown => $$r.street_id is not null and (t.z >= 16 or r.class in ('arterial-1', 'arterial-2') or (t.z >= 15 and r.class in ('collector', 'unknown')))$$);
select tiles.watch('land.streets', 'labels', 'street_labels', 13, 16, '{name_fa,name_en}',
  shape => '(select ST_Collect(s.geom_3857) from land.street_segments s where s.street_id = r.street_id)');
select tiles.watch('land.water_courses', 'labels', 'water_labels', 12, 16, '{geom_3857,centre_line_3857,kind,name_fa,name_en}',
  shape => 'coalesce(r.centre_line_3857, ST_PointOnSurface(r.geom_3857))',
  shown => $$coalesce(r.name_fa, r.name_en) is not null and (t.z >= 14 or r.kind <> 'pool')$$);
select tiles.watch('land.parcels', 'labels', 'parcel_labels', 16, 16, '{geom_3857,house_number,status}', shape => 'ST_PointOnSurface(r.geom_3857)',
  shown => $$r.status = 'current' and r.house_number is not null$$);

-- Forget changes that every store and every open map has had time to see, and with them the tiles they made worthless.
create function tiles.sweep(older_than interval default '1 hour') returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  upto bigint;
  swept int;
begin
  if not pg_try_advisory_xact_lock(hashtext('tiles.sweep')) then return 0; end if;
  -- A rendering lasts seconds at most: whatever was under way when these were written has long been stored.
  select max(change_id) into upto from tiles.changes
  where recorded_at < now() - older_than and xid < pg_snapshot_xmin(pg_current_snapshot());
  -- Two statements: a join on "the tile or the set" would hold each row against each change.
  delete from tiles.store s using tiles.changes c
  where c.change_id <= upto and c.xid < pg_snapshot_xmin(pg_current_snapshot()) and c.set_id = s.set_id and c.z = s.z and c.x = s.x and c.y = s.y
    and not pg_visible_in_snapshot(c.xid, s.snapshot);
  delete from tiles.store s using tiles.changes c
  where c.change_id <= upto and c.xid < pg_snapshot_xmin(pg_current_snapshot()) and c.set_id = s.set_id and c.z = -1
    and not pg_visible_in_snapshot(c.xid, s.snapshot);
  update tiles.home set swept_xid = greatest(swept_xid, (
    select max(xid) from tiles.changes where change_id <= upto and recorded_at < now() - older_than and xid < pg_snapshot_xmin(pg_current_snapshot())));
  delete from tiles.changes where change_id <= upto and recorded_at < now() - older_than and xid < pg_snapshot_xmin(pg_current_snapshot());
  get diagnostics swept = row_count;
  delete from tiles.feature_states where recorded_at < now() - older_than and xid < pg_snapshot_xmin(pg_current_snapshot());
  return swept;
end $$;
revoke all on function tiles.sweep from public;

-- Empty the store where the cluster is another than the one its snapshots were taken in.
create function tiles.move_in() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare here bigint := (select system_identifier from pg_control_system());
begin
  if exists (select from tiles.home where system_identifier = here) then return false; end if;
  lock table tiles.home in exclusive mode;
  if exists (select from tiles.home where system_identifier = here) then return false; end if;
  truncate tiles.store, tiles.changes, tiles.feature_states;
  delete from tiles.home;
  insert into tiles.home values (here, pg_current_xact_id());
  return true;
end $$;
revoke all on function tiles.move_in from public;

grant select on tiles.changes, tiles.feature_states, tiles.watches, tiles.home to barzan_app;
grant select, insert, update, delete on tiles.store to barzan_app;
grant execute on function tiles.sweep, tiles.move_in to barzan_app;
