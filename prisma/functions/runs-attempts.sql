-- What the worker that has an attempt does with it, from taking it off the queue to its end, and how another takes it over.
-- States, locks and wake-ups are in runs.sql.

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
