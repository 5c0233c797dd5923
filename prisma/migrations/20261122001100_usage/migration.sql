-- What the usage page adds up, so that it reads days and not executions (lib/usage/count-usage.ts). A day is written
-- anew, whole, until all that was submitted on it has ended; so the past is counted as well, and nothing twice.
create table usage_days (
  day date not null,
  user_id text not null,
  -- page, api, or schedule for what runs by itself.
  source text not null,
  warehouse_id text not null,
  -- Empty for SQL that is not saved.
  query_id text not null,
  executions integer not null,
  failed integer not null,
  -- Of what this execution itself had the warehouse do: who joined another's cost nothing.
  seconds double precision not null,
  bytes double precision not null,
  primary key (day, user_id, source, warehouse_id, query_id)
);
create index usage_days_query on usage_days (query_id, day desc) where query_id <> '';

create table usage_weeks (
  -- Its Monday.
  week date not null,
  user_id text not null,
  source text not null,
  primary key (week, user_id, source)
);

-- Who was answered from which table, as far as the SQL's text tells.
create table usage_tables (
  day date not null,
  warehouse_id text not null,
  table_name text not null,
  user_id text not null,
  source text not null,
  executions integer not null,
  primary key (warehouse_id, table_name, day, user_id, source)
);
create index usage_tables_day on usage_tables (day);

-- The slowest and the most expensive of each day, warehouse and reader.
create table usage_tops (
  day date not null,
  execution_id text not null,
  seconds double precision not null,
  bytes double precision not null,
  primary key (day, execution_id)
);

create table usage_counted (
  day date primary key,
  -- Nothing of it can change any more.
  closed boolean not null,
  counted_at timestamptz(3) not null default now(),
  took_ms integer not null
);

-- That a person opened a query, a board or an execution's answer on that day.
create table visits (
  kind text not null,
  object_id text not null,
  day date not null,
  user_id text not null,
  primary key (kind, object_id, day, user_id)
);
-- Since when that is known.
create table visits_since (at timestamptz(3) not null default now());
insert into visits_since default values;
