-- How busy each warehouse is by its own word, and what the gate makes of it (lib/gate/sample.ts).
alter table warehouses
  -- Whether slots are narrowed while it is hot. Off for what is there already.
  add column slow_down boolean not null default false,
  -- Slots given now; null: all of them. Since when it is slowed, and why, in words.
  add column slots_now integer,
  add column slowed_at timestamptz(3),
  add column slow_reason text,
  -- So many sessions that wait, or that are active (null: not looked at), are hot.
  add column hot_waiting integer not null default 10,
  add column hot_active integer,
  -- Minutes of heat before admins are told; null: never.
  add column alert_minutes integer default 10,
  add column alert_webhook text,
  -- Encrypted, bound to this row's id.
  add column alert_secret text;

create table load_samples (
  warehouse_id text not null references warehouses (id) on delete cascade,
  at timestamptz(3) not null default now(),
  -- What the engine said (EngineLoad in lib/warehouses/adapter.ts); null with a problem.
  load jsonb,
  problem text,
  -- 1 and more is hot; null where nothing was said.
  heat real,
  -- Of our own: work in slots, work that waits, slots given.
  used integer not null,
  queued integer not null,
  slots integer not null,
  primary key (warehouse_id, at)
);

-- Who samples a warehouse: one worker, until it is not heard of for 25 s.
create table load_samplers (
  warehouse_id text primary key references warehouses (id) on delete cascade,
  worker text not null,
  claimed_at timestamptz(3) not null default now(),
  -- {slowing, alert}: lib/gate/slow-down.ts, lib/gate/heat-alert.ts.
  state jsonb not null default '{}'
);
