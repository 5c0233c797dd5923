-- A warehouse that everybody reads through a reader of their own: what one runs there opens for nobody else.
alter table warehouses add column personal boolean not null default false,
  add constraint warehouses_personal check (not (personal and open_to_company));
alter table warehouse_roles add column user_id text references users (id) on delete cascade;
create unique index warehouse_roles_user on warehouse_roles (warehouse_id, user_id);

-- The executions whose stored results a statement read: its own rows open only as long as those do.
create table statement_sources (
  statement_id text not null references statements (id) on delete cascade,
  execution_id text not null references executions (id) on delete cascade,
  primary key (statement_id, execution_id)
);
create index statement_sources_execution on statement_sources (execution_id);

create unique index uploads_name on uploads (user_id, lower(name)) where deleted_at is null;
