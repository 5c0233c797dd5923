-- Interactive work that nobody watches, in a warehouse whose admin lets it end (warehouses.unwatched_minutes). Whoever
-- reads an execution watches its work: a page that follows it, a program that asks how it stands. That is written only
-- where the setting is on, and seldom (lib/executions/note-watched.ts).

-- Work counts, not the execution: pages of a joined statement, or of others in its batch, watch it too. It is left alone
-- while an execution in another lane waits for it, or one whose end somebody is to be told of.
create or replace function sluice_is_unwatched(k work) returns boolean language sql stable as $$
  select k.state <> 'done'
    and greatest(k.queued_at, k.watched_at, w.unwatched_from) < now() - make_interval(mins => w.unwatched_minutes)
    and (select bool_and(e.lane = 0 and e.submitted_at < now() - make_interval(mins => w.unwatched_minutes)
        and not exists (select from execution_callbacks c where c.execution_id = e.id))
      from statements s join executions e on e.statement_id = s.id
      where s.work_id = k.id and s.state in ('queued', 'running') and e.state in ('queued', 'running'))
  from warehouses w where w.id = k.warehouse_id
$$;

-- Written where nobody wrote it within 20 s.
create or replace function sluice_watch(p_statement text) returns void language plpgsql as $$
begin
  perform sluice_soon();
  update work k set watched_at = clock_timestamp() from statements s
    where s.id = p_statement and k.id = s.work_id and k.state <> 'done'
      and (k.watched_at is null or k.watched_at < clock_timestamp() - interval '20 seconds');
end $$;

-- Ends what is waited for of such work, the last of a batch first, so that each keeps the reason. Who came back since it
-- was found, or stopped it, is first: then nothing happens. The audit log names nobody; p_entries are ids for its lines,
-- as many as there were executions, and there are no more by now. Returns what was admitted.
create or replace function sluice_end_unwatched(p_work text, p_reason text, p_entries text[]) returns jsonb
language plpgsql as $$
declare
  own work%rowtype;
  one record;
  answer jsonb;
  admitted jsonb := '[]';
begin
  select * into own from work where id = p_work;
  perform sluice_soon();
  perform sluice_lock(own.warehouse_id);
  select * into own from work where id = p_work for no key update;
  if sluice_is_unwatched(own) is not true then return admitted; end if;
  for one in
    select e.id, row_number() over (order by s.position desc, e.id) as place
    from statements s join executions e on e.statement_id = s.id
    where s.work_id = p_work and s.state in ('queued', 'running') and e.state in ('queued', 'running')
  loop
    answer := sluice_cancel(one.id, p_reason);
    continue when answer ->> 'outcome' = 'ended';
    admitted := admitted || (answer -> 'admitted');
    insert into audit_entries (id, action, object, detail) values (p_entries[one.place], 'execution.cancel',
      'execution:' || one.id, jsonb_build_object('outcome', answer ->> 'outcome', 'reason', p_reason));
  end loop;
  return admitted;
end $$;

-- What was before the setting was changed does not count.
create or replace function sluice_watched_from() returns trigger language plpgsql as $$
begin
  new.unwatched_from := case when new.unwatched_minutes is not null then clock_timestamp() end;
  return new;
end $$;

create or replace trigger watched_from before update of unwatched_minutes on warehouses for each row
  when (new.unwatched_minutes is distinct from old.unwatched_minutes) execute function sluice_watched_from();
create or replace trigger watched_from_new before insert on warehouses for each row
  when (new.unwatched_minutes is not null) execute function sluice_watched_from();
