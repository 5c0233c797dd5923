-- The history's search looks for a text anywhere in the SQL, which only an index of its trigrams finds without reading
-- everything. Only ended executions are in it: one on its way is written several times, and there are never many.
do $$
declare
  home text;
begin
  begin
    create extension if not exists pg_trgm;
  exception when others then
    -- A managed server may not have the extension, or not for this role. The search is then a slower one.
    raise notice 'pg_trgm is not to be had (%): the history is searched without an index', sqlerrm;
  end;
  select n.nspname into home from pg_extension e join pg_namespace n on n.oid = e.extnamespace
    where e.extname = 'pg_trgm';
  if home is not null then
    execute format('create index executions_sql_trgm on executions using gin (sql %I.gin_trgm_ops)
      where state in (''succeeded'', ''failed'', ''cancelled'')', home);
  end if;
end
$$;
