-- Charts, numbers, tables and text of several queries on one page. Parameters and tiles: lib/boards/schema.ts.
create table boards (
  id text primary key,
  title text not null,
  description text not null default '',
  parameters jsonb not null default '[]',
  tiles jsonb not null default '[]',
  -- Rises with each change, by which one that was made from an older board is known.
  revision integer not null default 1,
  owner_id text not null references users (id),
  team_id text references teams (id) on delete set null,
  changed_by_id text not null,
  archived_at timestamptz(3),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);
create index boards_owner_id_idx on boards (owner_id);
create index boards_team_id_idx on boards (team_id);
create index boards_newest on boards (updated_at desc, id desc);

-- What a board shows, and who put it there: a share of a board opens what its sharer saw on it or put there, and no
-- more that another puts there later.
create table board_queries (
  board_id text not null references boards (id) on delete cascade,
  query_id text not null references queries (id) on delete cascade,
  added_by_id text not null,
  added_at timestamptz(3) not null default now(),
  primary key (board_id, query_id)
);
create index board_queries_query_id_idx on board_queries (query_id);

-- The answers that boards show to whoever opens them as they are: no retention takes these.
create table board_answers (
  board_id text not null references boards (id) on delete cascade,
  statement_id text not null references statements (id) on delete cascade,
  primary key (board_id, statement_id)
);
create index board_answers_statement_id_idx on board_answers (statement_id);
