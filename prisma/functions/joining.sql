-- Identical work (statements of one join key) runs once for all who ask for it. Once it has its slot, whoever asks joins it.
-- While it waits, each waits at a place of their own, under the pauses, limits and turns of their person, token and lane:
-- whichever is admitted first takes the others along (sluice_gather), and where it loses its slot to a pause they go apart
-- again (sluice_part). So nobody who asked for the same as somebody else waits longer than had they asked alone. Those of
-- one person, token and lane share a place from the start (sluice_submit), since neither the order nor sluice_hold tells
-- them apart.
--
-- Caller holds sluice_lock. An execution that goes over to another statement is told of to those who wait for the one it
-- leaves: `<id> moved`.

-- All who wait for the same as this work, which has just been admitted, wait for this one from now on.
create or replace function sluice_gather(p_work text) returns void language plpgsql as $$
declare
  own text;
  key text;
  twin record;
begin
  select id, join_key into own, key from statements where work_id = p_work and join_key is not null;
  if not found then return; end if;
  for twin in
    select s.id, k.id as work, k.watched_at from statements s join work k on k.id = s.work_id
    where s.join_key = key and s.state = 'queued' and s.id <> own and k.state = 'waiting'
  loop
    update executions set statement_id = own, via = 'joined' where statement_id = twin.id;
    update work set watched_at = greatest(watched_at, twin.watched_at) where id = p_work;
    delete from statements where id = twin.id;
    delete from work where id = twin.work;
    perform pg_notify('sluice_statement', twin.id || ' moved');
  end loop;
end $$;

-- The other way: of those who wait for this work, which waits again, each person, token and lane gets a place of its own,
-- as old as its asking. The work stays with whom it counted for, or with the eldest where none of theirs is left.
create or replace function sluice_part(p_work text) returns void language plpgsql as $$
declare
  own record;
  their record;
  place text;
  stated text;
begin
  select s.id, k.user_id, k.token_id, k.lane into own
    from work k join statements s on s.work_id = k.id where k.id = p_work and s.state = 'queued' and s.join_key is not null;
  if not found then return; end if;
  for their in
    select e.user_id, e.token_id, e.lane, min(e.submitted_at) as since, min(e.id) as eldest, array_agg(e.id) as ids,
      row_number() over (order by (e.user_id, coalesce(e.token_id, ''), e.lane) = (own.user_id, coalesce(own.token_id, ''), own.lane) desc,
        min(e.id)) as n
    from executions e where e.statement_id = own.id and e.state in ('queued', 'running') group by 1, 2, 3
  loop
    if their.n = 1 then
      update work set user_id = their.user_id, token_id = their.token_id, lane = their.lane, queued_at = their.since
        where id = p_work and (user_id, coalesce(token_id, ''), lane) <> (their.user_id, coalesce(their.token_id, ''), their.lane);
      if found then update executions set via = case when id <> their.eldest then 'joined' end where statement_id = own.id; end if;
      continue;
    end if;
    place := sluice_new_id();
    stated := sluice_new_id();
    insert into work (id, warehouse_id, reader_id, user_id, token_id, lane, queued_at, watched_at, request_id, trace_parent)
      select place, warehouse_id, reader_id, their.user_id, their.token_id, their.lane, their.since, watched_at, request_id, trace_parent
      from work where id = p_work;
    insert into statements (id, work_id, warehouse_id, reader_id, join_key, sql, parameters, row_limit, time_zone, capped_by, queued_at)
      select stated, place, warehouse_id, reader_id, join_key, sql, parameters, row_limit, time_zone, capped_by, their.since
      from statements where id = own.id;
    update executions set statement_id = stated, via = case when id <> their.eldest then 'joined' end where id = any(their.ids);
  end loop;
  perform pg_notify('sluice_statement', own.id || ' moved');
end $$;
