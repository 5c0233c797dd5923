-- Stages of pipelines are used and load warehouses as executions do. Beside the executions of a row: stages' tries that it counts.
-- What needs no warehouse has an empty one, and no seconds.
alter table usage_days add column stages integer not null default 0;

-- The slowest and the most expensive of each day and warehouse, as usage_tops has executions.
create table usage_stage_tops (
  day date not null,
  attempt_id text not null,
  warehouse_id text not null,
  seconds double precision not null,
  bytes double precision not null,
  primary key (day, attempt_id, warehouse_id)
);

-- Days on which stages ran are counted anew.
update usage_counted set closed = false where day in (select (queued_at at time zone 'utc')::date from attempts);
