-- Who opened stored answers over which table, beside usage_tables with who ran something on it. An answer counts once a day
-- and person.
create table usage_openings (
  day date not null,
  warehouse_id text not null,
  table_name text not null,
  user_id text not null,
  openings integer not null,
  primary key (warehouse_id, table_name, day, user_id)
);
create index usage_openings_day on usage_openings (day);
create index visits_day on visits (day);
