-- The months of the audit log that are not there yet, this one and so many after it. Runs as the log's owner, for the
-- application's role can make no table, and gives that role what it has on the log: to read and to add. A month that
-- the default part already holds entries of stays there.
create or replace function audit_months(ahead integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  first timestamp;
  part text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(6870215012);
  for month in 0 .. least(greatest(ahead, 0), 36) loop
    first := date_trunc('month', now() at time zone 'utc') + make_interval(months => month);
    part := 'audit_entries_' || to_char(first, 'YYYYMM');
    continue when to_regclass('public.' || part) is not null;
    begin
      execute format('create table public.%I partition of public.audit_entries for values from (%L) to (%L)', part,
        first at time zone 'utc', (first + interval '1 month') at time zone 'utc');
      execute format('grant select, insert on public.%I to %I', part, session_user);
      execute format('revoke update, delete, truncate on public.%I from %I', part, session_user);
      made := made + 1;
    exception
      -- Another part has it: what was written before there were months, or the rest.
      when invalid_object_definition or check_violation then null;
    end;
  end loop;
  return made;
end
$$;
