-- The audit log by months. What was written so far stays where it is and becomes the first part, so nothing is copied;
-- its new key is built once (about 10 s for 5 million entries, during which no entry can be written).
alter table audit_entries rename to audit_entries_before;
alter table audit_entries_before drop constraint audit_entries_pkey;
drop index audit_entries_object_idx;

create table audit_entries (
  id text not null,
  at timestamptz(3) not null default current_timestamp,
  user_id text,
  token_id text,
  action text not null,
  object text not null,
  detail jsonb not null default '{}',
  address text,
  primary key (id, at)
) partition by range (at);
-- Each list is read newest first, by one of these.
create index audit_entries_object on audit_entries (object, id desc);
create index audit_entries_user on audit_entries (user_id, id desc);
create index audit_entries_action on audit_entries (action, id desc);
create index audit_entries_user_action on audit_entries (user_id, action, id desc);
create index audit_entries_address on audit_entries (address, id desc);

do $$
declare
  home text;
  ends timestamptz := date_trunc('month', now() at time zone 'utc') at time zone 'utc' + interval '1 month';
begin
  -- Where a clock was ahead.
  select greatest(ends, date_trunc('month', max(at) at time zone 'utc') at time zone 'utc' + interval '1 month')
    into ends from audit_entries_before;
  execute format('alter table audit_entries attach partition audit_entries_before for values from (minvalue) to (%L)', ends);
  -- What a search for words in the details needs not to read everything.
  select n.nspname into home from pg_extension e join pg_namespace n on n.oid = e.extnamespace
    where e.extname = 'pg_trgm';
  if home is not null then
    execute format('create index audit_entries_detail on audit_entries using gin ((detail::text) %I.gin_trgm_ops)', home);
  end if;
end
$$;
-- An entry is never refused because its month is not there.
create table audit_entries_rest partition of audit_entries default;
