-- Of the schemas that a team may write in, the one where its members keep a query's rows as a table: one a warehouse.
alter table schema_grants add column scratch boolean not null default false;
create unique index schema_grants_scratch on schema_grants (team_id, warehouse_id) where scratch;

-- A run without a pipeline may also save rows as a table: {execution, warehouse: {id, name}, team, schema, table}. Such a run is no
-- try: it writes, and it stays.
alter table tries add column saves jsonb;
create index tries_saves on tries ((saves->'warehouse'->>'id'), (saves->>'schema'), (saves->>'table')) where saves is not null;
