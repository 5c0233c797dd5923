-- What a person calls a stored result in SQL on Results and files. A name may move on to a newer answer.
create table result_names (
  user_id text not null references users (id) on delete cascade,
  name text not null,
  execution_id text not null references executions (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  primary key (user_id, name)
);
create unique index result_names_user_id_execution_id_key on result_names (user_id, execution_id);
create index result_names_execution_id_idx on result_names (execution_id);
