-- A blank before the first word: a short word is looked for where words begin, since two letters have no trigram.
drop index if exists queries_search;
alter table queries drop column search;
create or replace function sluice_query_text(title text, description text, tags text[], tables text[], sql text) returns text
language sql immutable parallel safe as $$
  select lower(' ' || title || ' ' || left(description, 10000) || ' ' || coalesce(array_to_string(tags, ' '), '') || ' '
    || coalesce(array_to_string(tables, ' '), '') || ' ' || left(sql, 20000))
$$;
alter table queries add column search text not null
  generated always as (sluice_query_text(title, description, tags, tables, sql)) stored;

create index queries_tags on queries using gin (tags);
create index queries_of_warehouse on queries (warehouse_id, updated_at desc, id desc);
create index queries_verified on queries (updated_at desc, id desc) where verified_version = version;
do $$
begin
  create index queries_search on queries using gin (search gin_trgm_ops);
  create index queries_title on queries using gin (lower(' ' || title) gin_trgm_ops);
exception when others then
  raise notice 'Search over queries has no index: %', sqlerrm;
end $$;
