-- Runs of pipelines and how their attempts are admitted, each step one round trip. What a worker does with an attempt is in
-- runs-attempts.sql; the gate's own functions are in gate.sql.
--
--   run:     queued -> running -> (cancelling) -> succeeded | failed | cancelled
--   stage:   waiting -> queued -> running -> succeeded | failed | cancelled | skipped; back to waiting for another try
--   attempt: waiting -> admitted -> running -> (cancelling) -> succeeded | failed | cancelled | lost
--
-- An attempt stands at the gate with one row of `work` for each warehouse that it needs, and is admitted with all of them
-- or not at all; besides it takes a stage slot, of which the living workers have so many together.
--
-- Locks. Admission holds one warehouse's lock and takes those of others only by trying, so two that meet crosswise both
-- go on; then `rules`, and last `stages`. A run's row is locked by who moves the run on, after the pipeline's lock, and by
-- nobody who waits for the disk: an end is written first, what follows from it in a transaction of its own
-- (sluice_finish_attempt), which reconciling makes up for where it is missing. The loser of a race finds that its lease or
-- `where state = ...` no longer matches, and changes nothing.
--
-- Wake-ups go out as `<run> <what>` on `sluice_run`, and `<attempt>` on `sluice_stop` when its worker must end it.

create or replace function sluice_new_id() returns text language plpgsql volatile as $$
declare
  bytes bytea := uuid_send(gen_random_uuid());
  answer text := substr(sluice_first_id(clock_timestamp()), 1, 10);
begin
  for n in 0..15 loop
    answer := answer || substr('0123456789abcdefghjkmnpqrstvwxyz', (get_byte(bytes, n) & 31) + 1, 1);
  end loop;
  return answer;
end $$;

-- Whether one more stage may run. Caller holds sluice_lock('stages').
create or replace function sluice_stage_slot_free() returns boolean language sql stable as $$
  select (select count(*) from attempts where state in ('admitted', 'running', 'cancelling'))
    < (select coalesce(sum(stages_at_once), 0) from workers where seen_at > now() - interval '4 seconds')
$$;

-- Admits an attempt that comes first at one warehouse, whose lock the caller holds and where a slot is free: with a slot
-- in each other warehouse that it needs and a stage slot, or not at all. Answers what goes on the queue, or why not:
-- {full: true} without a free stage slot; {keep: true} when only a slot elsewhere is missing and it has waited for long, so
-- that the one here is kept for it, or those who need one warehouse would for ever go before those who need two.
create or replace function sluice_take_attempt(p_attempt text, p_home text) returns jsonb language plpgsql as $$
declare
  other work%rowtype;
  v warehouses%rowtype;
  used int;
  mine int;
  keep boolean := false;
  a attempts%rowtype;
begin
  for other in select * from work where attempt_id = p_attempt and warehouse_id is distinct from p_home and state = 'waiting'
    order by warehouse_id
  loop
    if not pg_try_advisory_xact_lock(hashtextextended(other.warehouse_id, 7203)) then return '{}'; end if;
    select * into v from warehouses where id = other.warehouse_id;
    if v.paused then return '{}'; end if;
    if v.ruled then
      if not pg_try_advisory_xact_lock(hashtextextended('rules', 7203)) then return '{}'; end if;
      if sluice_hold(v.id, other.user_id, other.token_id, other.lane) is not null then return '{}'; end if;
    end if;
    select count(*), count(*) filter (where user_id = other.user_id) into used, mine
      from work where warehouse_id = v.id and state in ('admitted', 'running');
    if v.per_user > 0 and mine >= v.per_user then return '{}'; end if;
    if used >= least(v.slots, v.slots_now) then
      keep := keep or other.queued_at < now() - interval '5 minutes';
      if not keep then return '{}'; end if;
    end if;
  end loop;
  if keep then return '{"keep": true}'; end if;
  perform sluice_lock('stages');
  if not sluice_stage_slot_free() then return '{"full": true}'; end if;
  update attempts set state = 'admitted', admitted_at = clock_timestamp(), lease_token = gen_random_uuid()::text
    where id = p_attempt and state = 'waiting' returning * into a;
  -- Cancelled meanwhile; its rows of work are about to go.
  if not found then return '{}'; end if;
  update work set state = 'admitted', admitted_at = a.admitted_at, lease_token = a.lease_token where attempt_id = p_attempt;
  return jsonb_build_object('attempt', a.id, 'lease', a.lease_token);
end $$;

-- Gives stage slots to those that need no warehouse: by lane with ageing, then turn about by person, then age. A pause of
-- everything, or of theirs, holds them too where it is not of one warehouse alone. Returns what was admitted.
create or replace function sluice_admit_stages() returns jsonb language plpgsql as $$
declare
  picked text;
  taken jsonb;
  answer jsonb := '[]';
begin
  loop
    select c.id into picked from (
      select a.id, a.user_id, a.token_id, a.lane
      from attempts a
      left join (select user_id, count(*) as running from attempts where state in ('admitted', 'running', 'cancelling') group by 1) mine
        on mine.user_id = a.user_id
      where a.state = 'waiting' and not exists (select from work k where k.attempt_id = a.id)
      order by sluice_lane_now(a.lane, a.queued_at), coalesce(mine.running, 0), a.queued_at, a.id
      offset 0
    ) c where sluice_paused(null, c.user_id, c.token_id, c.lane) is null limit 1;
    exit when not found;
    taken := sluice_take_attempt(picked, null);
    exit when taken ->> 'lease' is null;
    answer := answer || taken;
  end loop;
  return answer;
end $$;

-- Where attempts wait, in the order in which what is free is offered; null is the door of those without a warehouse.
create or replace function sluice_doors() returns setof text language sql stable as $$
  select k.warehouse_id from attempts a left join work k on k.attempt_id = a.id
  where a.state = 'waiting'
  group by 1 order by min(sluice_lane_now(a.lane, a.queued_at)), min(a.queued_at)
$$;

-- Asks these warehouses and every door at which attempts wait, one transaction each: nobody waits for two locks.
create or replace procedure sluice_open(p_warehouses text[], inout admitted jsonb) language plpgsql as $$
declare
  door text;
  doors text[] := array(select sluice_doors());
begin
  admitted := coalesce(admitted, '[]');
  foreach door in array doors || array(select unnest(p_warehouses) except select unnest(doors)) loop
    perform sluice_soon();
    admitted := admitted || case when door is null then sluice_admit_stages() else sluice_regate(door) end;
    commit;
  end loop;
end $$;

create or replace function sluice_next_run(p_pipeline text) returns text language sql stable as $$
  select id from runs where pipeline_id = p_pipeline and state = 'queued' order by id limit 1
$$;

-- Moves a run on as far as it goes: begins it when no earlier one of its pipeline is under way, skips what stands below a
-- failure, sends what is ready to the gate, ends it when nothing is left. Asking again changes nothing. A try is of no pipeline
-- and waits for no other run. Returns the run that has its turn now that this one is over; null where there is none.
create or replace function sluice_advance(p_run text) returns text language plpgsql as $$
declare
  r runs%rowtype;
  s run_stages%rowtype;
  home text := (select coalesce(pipeline_id, id) from runs where id = p_run);
  attempt text;
  bad text[];
  good text[];
  queued int := 0;
  final run_state;
begin
  if home is null then return null; end if;
  perform sluice_lock('runs of ' || home);
  select * into r from runs where id = p_run for no key update;
  if r.state in ('succeeded', 'failed', 'cancelled') then return sluice_next_run(home); end if;
  if r.state = 'queued' then
    if exists (select from runs where pipeline_id = home and id < p_run and state in ('queued', 'running', 'cancelling')) then
      return null;
    end if;
    update runs set state = 'running', started_at = clock_timestamp() where id = p_run;
  end if;
  if r.state = 'cancelling' then
    perform sluice_stop_stages(p_run);
  else
    loop
      bad := array(select stage from run_stages where run_id = p_run and state in ('failed', 'cancelled', 'skipped'));
      exit when bad = '{}';
      update run_stages set state = 'skipped', finished_at = clock_timestamp()
        where run_id = p_run and state = 'waiting' and needs && bad;
      exit when not found;
    end loop;
    good := array(select stage from run_stages where run_id = p_run and state = 'succeeded');
    for s in select * from run_stages where run_id = p_run and state = 'waiting' and needs <@ good
      and (retry_at is null or retry_at <= clock_timestamp()) order by position
    loop
      attempt := sluice_new_id();
      -- By the clock: of those that become ready together the first of the document goes first.
      insert into attempts (id, run_id, stage, number, lane, user_id, token_id, queued_at)
        select attempt, p_run, s.stage, coalesce(max(number), 0) + 1, r.lane, r.user_id, r.token_id, clock_timestamp()
        from attempts where run_id = p_run and stage = s.stage;
      insert into work (id, warehouse_id, reader_id, attempt_id, user_id, token_id, lane, queued_at, beside)
        select sluice_new_id(), d ->> 'warehouse', d ->> 'role', attempt, r.user_id, r.token_id, r.lane, clock_timestamp(),
          'stage' || coalesce((select string_agg(' ' || (o ->> 'warehouse'), '' order by o ->> 'warehouse')
            from jsonb_array_elements(s.doors) o where o ->> 'warehouse' <> d ->> 'warehouse'), '')
        from jsonb_array_elements(s.doors) d;
      update run_stages set state = 'queued', attempt_id = attempt, retry_at = null where run_id = p_run and stage = s.stage;
      queued := queued + 1;
    end loop;
  end if;
  if queued = 0 and not exists (select from run_stages where run_id = p_run and state in ('waiting', 'queued', 'running')) then
    final := case when r.state = 'cancelling' then 'cancelled'
      when exists (select from run_stages where run_id = p_run and state in ('failed', 'cancelled')) then 'failed'
      else 'succeeded' end;
    update runs set state = final, finished_at = clock_timestamp(), error = case when final = 'failed' then
        (select stage || ': ' || coalesce(error ->> 'message', 'It failed.') from run_stages
         where run_id = p_run and state = 'failed' order by finished_at, position limit 1) else error end
      where id = p_run;
  end if;
  perform pg_notify('sluice_run', p_run || ' ' || coalesce(final::text, 'moved'));
  return case when final is not null then sluice_next_run(home) end;
end $$;

create or replace function sluice_stop_stages(p_run text) returns void language plpgsql as $$
declare asked text;
begin
  with gone as (
    update attempts set state = 'cancelled', finished_at = clock_timestamp()
      where run_id = p_run and state in ('waiting', 'admitted') returning id
  )
  update work k set state = 'done', ended_at = clock_timestamp() from gone g where k.attempt_id = g.id and k.state <> 'done';
  update run_stages s set state = 'cancelled', retry_at = null, finished_at = clock_timestamp()
    where run_id = p_run and (state = 'waiting' or state = 'queued' and exists (
      select from attempts a where a.id = s.attempt_id and a.state = 'cancelled'));
  for asked in update attempts set state = 'cancelling' where run_id = p_run and state = 'running' returning id loop
    perform pg_notify('sluice_stop', asked);
  end loop;
end $$;

-- Moves a run on, and those of its pipeline whose turn comes when it is over.
create or replace procedure sluice_move_on(p_run text) language plpgsql as $$
declare next text := p_run;
begin
  while next is not null loop
    perform sluice_soon();
    next := sluice_advance(next);
    commit;
  end loop;
end $$;

-- Asks a run to end. False: it has ended, or was asked before.
create or replace function sluice_cancel_run(p_run text, p_reason text) returns boolean language plpgsql as $$
begin
  perform sluice_lock('runs of ' || coalesce(pipeline_id, id)) from runs where id = p_run;
  update runs set state = 'cancelling', error = p_reason where id = p_run and state in ('queued', 'running');
  if not found then return false; end if;
  update attempts set stop_reason = p_reason where run_id = p_run and state in ('waiting', 'admitted', 'running');
  perform sluice_advance(p_run);
  return true;
end $$;

-- Runs that nobody has moved on: whose next try is due, whose turn has come, or whose last end was written by a process that
-- died before what follows from it.
create or replace function sluice_runs_due() returns setof text language sql stable as $$
  select r.id from runs r
  where r.state in ('queued', 'running', 'cancelling') and case
    when r.state = 'queued' then not exists (
      select from runs o where o.pipeline_id = r.pipeline_id and o.id < r.id and o.state in ('queued', 'running', 'cancelling'))
    else not exists (select from run_stages s where s.run_id = r.id and s.state in ('queued', 'running'))
        and not exists (select from run_stages s where s.run_id = r.id and s.retry_at > clock_timestamp())
      or exists (select from run_stages s where s.run_id = r.id and s.state = 'waiting' and s.retry_at <= clock_timestamp())
      or exists (select from run_stages s where s.run_id = r.id and s.state = 'waiting' and s.retry_at is null
        and s.needs <@ array(select g.stage from run_stages g where g.run_id = r.id and g.state = 'succeeded'))
  end
$$;
