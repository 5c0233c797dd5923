-- What starts a saved query by itself, and one row for each moment at which it should have.
create table triggers (
  id text primary key,
  query_id text not null references queries (id) on delete cascade,
  owner_id text not null references users (id),
  cron text,
  at timestamptz(3),
  zone text not null,
  parameters jsonb not null default '{}',
  mail_when text not null default 'never',
  mail_to text[] not null default '{}',
  paused_at timestamptz(3),
  -- Null when there is no further slot.
  next_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  check ((cron is null) <> (at is null))
);
create index triggers_query on triggers (query_id);
create index triggers_next on triggers (next_at) where next_at is not null;

-- outcome: due (taken, its execution not started yet), ran, failed (could not be started), skipped (the one before was
-- still under way), missed (nobody was there to start it), paused.
create table trigger_slots (
  trigger_id text not null references triggers (id) on delete cascade,
  slot timestamptz(3) not null,
  outcome text not null,
  execution_id text,
  error text,
  noted_at timestamptz(3) not null default now(),
  -- When whoever is to hear of its end was told.
  told_at timestamptz(3),
  primary key (trigger_id, slot)
);
create index trigger_slots_open on trigger_slots (noted_at) where outcome = 'due' or (outcome = 'ran' and told_at is null);
