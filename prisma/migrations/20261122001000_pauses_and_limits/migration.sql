-- What holds work back, each a row of its own, kept when it has ended. A warehouse's `paused`, `pause_reason` and `ruled`
-- follow from these rows (prisma/functions/gate-rules.sql) and are written by nobody else.
create table pauses (
  id text primary key,
  -- Null: every warehouse.
  warehouse_id text references warehouses (id) on delete cascade,
  kind text not null check (kind in ('everything', 'lane', 'team', 'person', 'token')),
  -- Names of lanes, or ids of teams, people or tokens; none for everything.
  targets text[] not null default '{}',
  reason text,
  -- Whoever set it waits for what runs to end.
  drain boolean not null default false,
  -- Whether people concerned were told in their inbox.
  told boolean not null default false,
  until timestamptz(3),
  at timestamptz(3) not null default now(),
  by_id text references users (id) on delete set null,
  ended_at timestamptz(3),
  -- Null with an end: time ended it.
  ended_by_id text references users (id) on delete set null,
  check ((kind = 'everything') = (targets = '{}'))
);
create index pauses_active on pauses (until) where ended_at is null;
create index pauses_warehouse on pauses (warehouse_id, at desc);

create table limits (
  scope text not null check (scope in ('company', 'warehouse', 'team', 'person', 'token')),
  -- '' for the company.
  scope_id text not null default '',
  name text not null,
  value bigint not null check (value >= 0),
  at timestamptz(3) not null default now(),
  by_id text references users (id) on delete set null,
  primary key (scope, scope_id, name),
  check ((scope = 'company') = (scope_id = ''))
);

-- Requests of tokens that have a limit, by the minute.
create table token_minutes (
  token_id text not null references api_tokens (id) on delete cascade,
  minute timestamptz(0) not null,
  requests integer not null default 0,
  primary key (token_id, minute)
);

-- Whether a pause of less than everything or a limit is to be looked at when work asks for a slot.
alter table warehouses add column ruled boolean not null default false;

-- An admin has put it before all others.
alter table work add column raised boolean not null default false;
-- The limit that made its row limit smaller than what was asked for, in words.
alter table statements add column capped_by text;

-- The oldest that waits of each person, token and lane, without a look at those behind it.
create index work_heads on work (warehouse_id, user_id, coalesce(token_id, ''), lane, queued_at, id) where state = 'waiting';
create index work_raised on work (warehouse_id) where state = 'waiting' and raised;
drop index work_waiting;

insert into pauses (id, warehouse_id, kind, reason, at, by_id)
select gen_random_uuid()::text, w.id, 'everything', w.pause_reason, coalesce(a.at, w.updated_at), u.id
from warehouses w
left join lateral (select at, user_id from audit_entries a where a.object = 'warehouse:' || w.id and a.action = 'gate.set'
  and a.detail @> '{"paused": true}' order by a.id desc limit 1) a on true
left join users u on u.id = a.user_id
where w.paused;
