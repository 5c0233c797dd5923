-- What stages have engines do that are paid by bytes, so that a person's day counts their jobs too.
create table stage_jobs (
  job text primary key,
  attempt_id text not null references attempts (id) on update cascade on delete cascade,
  warehouse_id text not null,
  user_id text not null,
  at timestamptz(3) not null default now(),
  reserved_bytes bigint,
  read_bytes bigint
);
create index stage_jobs_day on stage_jobs (user_id, at);
create index stage_jobs_attempt on stage_jobs (attempt_id);
