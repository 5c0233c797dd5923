-- A trigger runs a saved query or refreshes a board.
alter table triggers alter column query_id drop not null;
alter table triggers add column board_id text references boards (id) on delete cascade;
alter table triggers add constraint triggers_one_object check ((query_id is null) <> (board_id is null));
-- For mail_when = 'limit': which number, and what it must not cross. lib/triggers/schema.ts
alter table triggers add column number_limit jsonb;
alter table triggers add column webhook text;
-- Signs what is sent there; encrypted, bound to the trigger's id.
alter table triggers add column webhook_secret text;
create index triggers_board on triggers (board_id);
create index triggers_owner on triggers (owner_id);

-- Executions of a slot: one of a query's, one for each different question of a board's.
create table trigger_runs (
  trigger_id text not null,
  slot timestamptz(3) not null,
  -- Chosen before it is started, so that it is never started twice.
  execution_id text not null,
  position integer not null,
  query_id text not null,
  parameters jsonb not null,
  -- Of a board those that show it.
  tiles text[] not null default '{}',
  -- Why it could not be started.
  error text,
  -- Equal for equal rows, whatever their order: only where a condition asks for it.
  digest text,
  primary key (trigger_id, slot, execution_id),
  foreign key (trigger_id, slot) references trigger_slots (trigger_id, slot)
    on update cascade on delete cascade
);
create index trigger_runs_execution on trigger_runs (execution_id);
insert into trigger_runs (trigger_id, slot, execution_id, position, query_id, parameters)
  select s.trigger_id, s.slot, s.execution_id, 0, t.query_id, t.parameters
  from trigger_slots s join triggers t on t.id = s.trigger_id where s.execution_id is not null;
-- Whether its condition was met, and since when somebody is about to tell of it.
alter table trigger_slots add column met boolean;
alter table trigger_slots add column telling_at timestamptz(3);

alter table mails add column html text;

-- What is on its way to other programs, sent by a worker (lib/webhooks).
create table webhooks (
  id text primary key,
  trigger_id text references triggers (id) on delete set null,
  url text not null,
  -- Encrypted, bound to this row's id.
  secret text not null,
  body text not null,
  created_at timestamptz(3) not null default now(),
  due_at timestamptz(3) not null default now(),
  attempts integer not null default 0,
  sent_at timestamptz(3),
  -- Of the last answer.
  status integer,
  error text,
  given_up_at timestamptz(3)
);
create index webhooks_due on webhooks (due_at) where sent_at is null and given_up_at is null;
create index webhooks_trigger on webhooks (trigger_id, id desc);
