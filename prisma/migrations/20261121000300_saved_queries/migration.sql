-- What a reader gave for the parameters of a saved query, before relative dates became days: the key by which its
-- latest answer is found. Null for a run that stored only some of the rows.
alter table executions add column query_values jsonb;

-- Expand only: the older release does not know of it.
create index executions_answers on executions (query_id, query_version, md5(query_values::text), id desc)
  where query_values is not null;

-- One text to search in, kept by the database so that no writer forgets it.
create function sluice_query_text(title text, description text, tags text[], tables text[], sql text) returns text
language sql immutable parallel safe as $$
  select lower(title || ' ' || left(description, 10000) || ' ' || coalesce(array_to_string(tags, ' '), '') || ' '
    || coalesce(array_to_string(tables, ' '), '') || ' ' || left(sql, 20000))
$$;
alter table queries add column search text not null
  generated always as (sluice_query_text(title, description, tags, tables, sql)) stored;

drop index if exists queries_text;
create index queries_newest on queries (updated_at desc, id desc);
do $$
begin
  create index queries_search on queries using gin (search gin_trgm_ops);
exception when others then
  raise notice 'Search over queries has no index: %', sqlerrm;
end $$;
