-- Who is filling the store of tiles in the background, and how far it has come. One process does it; another takes over when that
-- one has not been heard of for a while.
create table tiles.fills (
  fill_id int primary key default 1 check (fill_id = 1),
  holder text,                                        -- a process; null: nobody
  heard_at timestamptz not null default now(),
  total int not null default 0,
  done int not null default 0,
  started_at timestamptz,
  finished_at timestamptz
);
insert into tiles.fills default values;
grant select, update on tiles.fills to barzan_app;
