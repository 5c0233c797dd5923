-- Since when openings are noted, by kind; without one, of queries, boards and executions.
alter table visits_since add column kind text;
insert into visits_since (at, kind) values (now(), 'pipeline');

-- What the schedules of pipelines had done that day: the runs that each started, and the seconds that these held slots.
create table usage_schedules (
  day date not null,
  trigger_id text not null,
  runs integer not null,
  seconds double precision not null,
  primary key (trigger_id, day)
);
create index usage_schedules_day on usage_schedules (day);
create index trigger_slots_run on trigger_slots (run_id) where run_id is not null;

-- Which tables the stages of a pipeline write, and when last. What a stage left where nobody's reading is seen, as a mail,
-- stands under no warehouse and no table.
create table usage_pipeline_writes (
  pipeline_id text not null,
  warehouse_id text not null,
  table_name text not null,
  last date not null,
  primary key (pipeline_id, warehouse_id, table_name)
);

-- Days on which others read a table that the pipeline writes.
create table usage_pipeline_reads (
  pipeline_id text not null,
  day date not null,
  primary key (pipeline_id, day)
);
create index usage_pipeline_reads_day on usage_pipeline_reads (day);

-- The last that somebody started, among those of a schedule that runs each minute.
create index runs_by_hand on runs (pipeline_id, created_at) where trigger <> 'cron';
