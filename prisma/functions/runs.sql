-- Runs of pipelines, each step one round trip; the gate's own functions are in gate.sql.
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

-- A worker takes what the queue brought: null when the lease is not (or no longer) that attempt's. Otherwise all that it
-- needs to know (lib/runs/lease.ts has the shape).
create or replace function sluice_start_attempt(p_attempt text, p_lease text, p_worker text, p_place text) returns jsonb
language plpgsql as $$
declare
  a attempts%rowtype;
begin
  -- Not on disk yet: nothing of it is to be seen outside before its handle is (sluice_handle), which is.
  perform sluice_soon();
  update attempts set state = 'running', worker_id = p_worker, place = p_place, started_at = clock_timestamp()
    where id = p_attempt and lease_token = p_lease and state = 'admitted' returning * into a;
  if not found then return null; end if;
  update work set state = 'running' where attempt_id = p_attempt and state = 'admitted';
  update run_stages set state = 'running', started_at = coalesce(started_at, clock_timestamp())
    where run_id = a.run_id and stage = a.stage;
  perform pg_notify('sluice_run', a.run_id || ' started');
  return sluice_attempt(p_attempt);
end $$;

-- What a worker needs to know of an attempt that is its own.
create or replace function sluice_attempt(p_attempt text) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'id', a.id, 'stage', a.stage, 'number', a.number, 'fencingToken', a.fencing_token, 'state', a.state,
    'ranMs', extract(epoch from clock_timestamp() - a.started_at) * 1000, 'caps', sluice_attempt_caps(a.id),
    'handle', a.handle, 'logPosition', a.log_position, 'logBytes', a.log_bytes,
    'run', jsonb_build_object('id', r.id, 'version', r.version, 'trigger', r.trigger, 'from', r.interval_from, 'to', r.interval_to,
      'timeZone', r.time_zone, 'params', r.params, 'userId', r.user_id),
    'pipeline', jsonb_build_object('id', coalesce(p.id, y.pipeline_id, r.id), 'name', coalesce(p.name, y.name),
      'ownerId', coalesce(p.owner_id, y.owner_id), 'teamId', case when y.run_id is null then p.team_id else y.team_id end),
    'document', coalesce(v.document, y.document), 'pins', coalesce(v.pins, y.pins), 'byAdmin', coalesce(v.by_admin, y.by_admin),
    'dry', case when y.run_id is not null and y.saves is null then jsonb_build_object('rows', y.rows) end, 'operator', s.operator, 'memory', s.memory, 'needs', s.needs, 'doors', s.doors,
    'upstream', coalesce((select jsonb_object_agg(u.stage, jsonb_build_object('attempt', u.attempt_id, 'handed', t.handed))
      from run_stages u join attempts t on t.id = u.attempt_id where u.run_id = a.run_id and u.state = 'succeeded'), '{}'),
    'artifacts', coalesce((select jsonb_agg(jsonb_build_object('stage', u.stage, 'attempt', f.attempt_id, 'output', f.output,
        'format', f.format, 'files', f.files, 'bytes', f.bytes, 'rows', f.rows, 'columns', f.columns))
      from run_stages u join artifacts f on f.attempt_id = u.attempt_id
      where u.run_id = a.run_id and u.state = 'succeeded' and u.stage = any(s.needs)), '[]'))
  from attempts a join runs r on r.id = a.run_id join run_stages s on s.run_id = a.run_id and s.stage = a.stage
    left join pipelines p on p.id = r.pipeline_id
    left join pipeline_versions v on v.pipeline_id = r.pipeline_id and v.number = r.version
    left join tries y on y.run_id = r.id
  where a.id = p_attempt
$$;

-- Stored after the program was made and before it starts, so that whoever takes over finds it. False: the lease is lost.
create or replace function sluice_handle(p_attempt text, p_lease text, p_runtime text, p_handle text)
returns boolean language plpgsql as $$
begin
  update attempts set runtime = p_runtime, handle = p_handle, program_start = clock_timestamp()
    where id = p_attempt and lease_token = p_lease and state in ('running', 'cancelling');
  return found;
end $$;

-- Keeps lines of a log with the place up to which they go, so that none is lost or twice. Null: the lease is lost.
create or replace function sluice_log(p_attempt text, p_lease text, p_position jsonb, p_lines int, p_text text) returns boolean
language plpgsql as $$
declare run text;
begin
  update attempts set log_position = coalesce(p_position, log_position), log_lines = log_lines + p_lines,
      log_bytes = log_bytes + octet_length(p_text)
    where id = p_attempt and lease_token = p_lease and state in ('running', 'cancelling') returning run_id into run;
  if not found then return null; end if;
  if p_lines > 0 then
    insert into log_chunks (attempt_id, seq, at, lines, text)
      select p_attempt, coalesce(max(seq), 0) + 1, clock_timestamp(), p_lines, p_text from log_chunks where attempt_id = p_attempt;
    perform pg_notify('sluice_run', run || ' log');
  end if;
  return true;
end $$;

-- The one way an attempt ends. p_end: {state: succeeded|failed|cancelled|lost, error, exit, peakMemory, cpuSeconds, rows,
-- metrics, plan, handed, artifacts: [{output, format, files, bytes, rows, columns}], sinceExitMs (that the program has been over),
-- free (no fault of the program's), final (another try would be no other)}. Decides whether the stage is tried again; what follows from its end sluice_advance does. Returns
-- the run, also when asked a second time; null when the lease no longer matches.
create or replace function sluice_end_attempt(p_attempt text, p_lease text, p_end jsonb) returns text language plpgsql as $$
declare
  a attempts%rowtype;
  s run_stages%rowtype;
  final attempt_state := (p_end ->> 'state')::attempt_state;
  free boolean := final = 'lost' or coalesce((p_end ->> 'free')::boolean, false);
  again timestamptz;
  spends int := 0;
begin
  select * into a from attempts where id = p_attempt for no key update;
  if a.lease_token is distinct from p_lease then return null; end if;
  if a.state not in ('running', 'cancelling') then
    return case when a.state = final then a.run_id end;
  end if;
  update attempts set state = final, finished_at = clock_timestamp(),
    program_end = case when handle is not null then
      clock_timestamp() - make_interval(secs => coalesce((p_end ->> 'sinceExitMs')::float8, 0) / 1000) end,
    exit = nullif(p_end -> 'exit', 'null'), peak_memory = (p_end ->> 'peakMemory')::bigint, cpu_seconds = (p_end ->> 'cpuSeconds')::float8,
    rows = (p_end ->> 'rows')::bigint, plan = nullif(p_end -> 'plan', 'null'), metrics = nullif(p_end -> 'metrics', 'null'), handed = nullif(p_end -> 'handed', 'null'),
    error = nullif(p_end -> 'error', 'null')
    where id = p_attempt;
  insert into artifacts (attempt_id, output, format, files, bytes, rows, columns)
    select p_attempt, f ->> 'output', f ->> 'format', f -> 'files', (f ->> 'bytes')::bigint, (f ->> 'rows')::bigint, nullif(f -> 'columns', 'null')
    from jsonb_array_elements(coalesce(nullif(p_end -> 'artifacts', 'null'), '[]')) f where final = 'succeeded';
  update work set state = 'done', ended_at = clock_timestamp() where attempt_id = p_attempt and state <> 'done';
  select * into s from run_stages where run_id = a.run_id and stage = a.stage for no key update;
  if final in ('failed', 'lost') and a.state = 'running' and not coalesce((p_end ->> 'final')::boolean, false) then
    if free then
      -- What cannot be repeated safely, and may have done its work, is for a person to look at.
      if s.lost < 5 and (s.repeat_safe or a.handle is null) then again := clock_timestamp() + make_interval(secs => 2 ^ s.lost - 1); end if;
    elsif s.spent < s.retries then
      again := clock_timestamp() + least(make_interval(secs => s.retry_delay * 2 ^ s.spent), interval '1 hour');
      spends := 1;
    end if;
  end if;
  update run_stages set
    state = case when again is not null then 'waiting' when final = 'lost' then 'failed' else final::text end::stage_state,
    retry_at = again, spent = spent + spends, lost = lost + (free and again is not null)::int,
    error = case when final = 'succeeded' then null else nullif(p_end -> 'error', 'null') end,
    finished_at = case when again is null then clock_timestamp() end
    where run_id = a.run_id and stage = a.stage;
  return a.run_id;
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

-- Ends an attempt in transactions of their own and one trip: the end, which waits for the disk; what follows from it in its
-- run; and what the freed slots admit. Answers what was admitted; null as sluice_end_attempt does.
create or replace procedure sluice_finish_attempt(p_attempt text, p_lease text, p_end jsonb, inout admitted jsonb)
language plpgsql as $$
declare
  run text := sluice_end_attempt(p_attempt, p_lease, p_end);
  freed text[] := array(select warehouse_id from work where attempt_id = p_attempt);
begin
  commit;
  admitted := null;
  if run is null then return; end if;
  call sluice_move_on(run);
  call sluice_open(freed, admitted);
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

-- Admitted attempts that no worker has taken, and new leases for such, as sluice_untaken and sluice_renew have work.
create or replace function sluice_untaken_attempts(p_seconds int, p_old int) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object('attempt', id, 'lease', lease_token,
    'old', admitted_at < now() - make_interval(secs => p_old))), '[]')
  from attempts where state = 'admitted' and admitted_at < now() - make_interval(secs => p_seconds)
$$;

create or replace function sluice_renew_attempts(p_attempts jsonb) returns jsonb language sql as $$
  with renewed as (
    update attempts a set lease_token = gen_random_uuid()::text, admitted_at = clock_timestamp()
      from jsonb_to_recordset(p_attempts) as o(attempt text, lease text)
      where a.id = o.attempt and a.lease_token = o.lease and a.state = 'admitted' returning a.id, a.lease_token
  ), works as (
    update work k set lease_token = r.lease_token from renewed r where k.attempt_id = r.id
  )
  select coalesce(jsonb_agg(jsonb_build_object('attempt', id, 'lease', lease_token)), '[]') from renewed
$$;

-- Attempts whose worker has not been seen for p_seconds change hands, as sluice_take_over has work; besides those under one
-- of the leases p_adrift. Only at the place where its program is can one be taken up again, so workers of other places wait
-- until none there has been seen for p_away seconds.
create or replace function sluice_take_over_attempts(p_worker text, p_place text, p_seconds int, p_away int, p_adrift text[])
returns jsonb language plpgsql as $$
declare answer jsonb;
begin
  with lost as (
    select a.id from attempts a left join workers k on k.id = a.worker_id
    where a.state in ('running', 'cancelling') and (a.lease_token = any(p_adrift)
      or a.worker_id <> p_worker and (k.id is null or k.seen_at < now() - make_interval(secs => p_seconds))
        and (a.place = p_place
          or coalesce(k.seen_at, a.started_at) < now() - make_interval(secs => p_away) and not exists (
            select from workers o where o.place = a.place and o.seen_at > now() - make_interval(secs => p_away))))
    for update of a skip locked
  ), taken as (
    update attempts a set worker_id = p_worker, lease_token = gen_random_uuid()::text, waits_for = null from lost where a.id = lost.id returning a.*
  ), leased as (
    update work k set lease_token = t.lease_token from taken t where k.attempt_id = t.id and k.state <> 'done'
  )
  select coalesce(jsonb_agg(jsonb_build_object('attempt', id, 'lease', lease_token, 'place', place, 'runtime', runtime,
    'handle', handle, 'backends', backends)), '[]') into answer from taken;
  return answer;
end $$;
