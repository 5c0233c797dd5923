-- Stored rows that an admin erased (lib/erasures): who, when, of what, why, and whether their files are gone by now. No
-- references: the record outlives a warehouse.
create table erasures (
  id text primary key,
  at timestamptz(3) not null default now(),
  by_id text not null references users (id) on delete restrict,
  -- What it was of, in the words of that day.
  about text not null,
  warehouse_id text,
  table_name text,
  person_id text,
  -- Results that had ended by then.
  up_to timestamptz(3) not null,
  reason text not null,
  results integer not null,
  executions integer not null,
  people integer not null,
  bytes bigint not null,
  -- Null while files in the store may still be there.
  files_gone_at timestamptz(3)
);
create index erasures_files on erasures (id) where files_gone_at is null;

alter table statements add column erasure_id text references erasures (id) on delete restrict;
create index statements_erasure on statements (erasure_id) where erasure_id is not null;
