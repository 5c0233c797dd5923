-- A statement's life under the lease of its work: begun, shown, ended, cancelled, taken over. Locks, disk and wake-ups
-- are as gate.sql says.

-- A worker takes what the queue brought. Null when the lease is not (or no longer) that work's: a redelivered or
-- late job stops here. Otherwise {timeout, caps, statements: [...]}, in order; the first is running from now on. Caps are
-- sluice_caps as they stand now, null where there are none. The backend may be null when connecting takes long: sluice_backend fills it in.
create or replace function sluice_start(p_work text, p_lease text, p_worker text, p_pid int, p_start text) returns jsonb
language plpgsql as $$
declare
  answer jsonb;
  own work%rowtype;
begin
  perform sluice_soon();
  update work set state = 'running', worker_id = p_worker, backend_pid = p_pid, backend_start = p_start
    where id = p_work and lease_token = p_lease and state = 'admitted' returning * into own;
  if not found then return null; end if;
  perform sluice_begin(p_lease, (select id from statements where work_id = p_work and state = 'queued' order by position limit 1));
  select jsonb_agg(jsonb_build_object('id', id, 'sql', sql, 'values', parameters, 'rowLimit', row_limit,
      'timeZone', time_zone, 'state', state,
      'executions', (select jsonb_agg(e.id) from executions e where e.statement_id = s.id)) order by position) into answer
    from statements s where work_id = p_work;
  return (select jsonb_build_object('statements', answer, 'request', own.request_id, 'trace', own.trace_parent,
    'timeout', statement_timeout, 'caps',
      case when ruled then sluice_caps(own.warehouse_id, own.user_id, own.token_id) end)
    from warehouses where id = own.warehouse_id);
end $$;

create or replace function sluice_backend(p_work text, p_lease text, p_pid int, p_start text) returns boolean language plpgsql as $$
begin
  update work set backend_pid = p_pid, backend_start = p_start
    where id = p_work and lease_token = p_lease and state = 'running';
  return found;
end $$;

-- The statement of a batch whose turn it is. False when it was stopped meanwhile.
create or replace function sluice_begin(p_lease text, p_statement text) returns boolean language plpgsql as $$
begin
  update statements s set state = 'running', started_at = clock_timestamp() from work w
    where s.id = p_statement and s.state = 'queued' and w.id = s.work_id and w.lease_token = p_lease and w.state = 'running';
  if not found then return false; end if;
  -- Who has seen it wait sees it start. One that starts at once is over before anybody could look.
  perform pg_notify('sluice_statement', p_statement || ' running') from statements
    where id = p_statement and queued_at < clock_timestamp() - interval '200 milliseconds';
  return true;
end $$;

-- Makes the first page readable while the rest arrives.
create or replace function sluice_show_head(p_lease text, p_statement text, p_columns jsonb, p_head bytea, p_rows int)
returns void language plpgsql as $$
begin
  perform sluice_soon();
  update statements s set columns = p_columns, head = p_head, head_rows = p_rows,
      row_count = greatest(p_rows, s.row_count), first_row_at = coalesce(s.first_row_at, clock_timestamp())
    from work w where s.id = p_statement and s.state in ('running', 'cancelling')
      and w.id = s.work_id and w.lease_token = p_lease and w.state = 'running';
  if found then perform pg_notify('sluice_statement', p_statement || ' rows'); end if;
end $$;

-- Writes the rows so far. Returns the statement's state; null when the lease is lost.
create or replace function sluice_progress(p_lease text, p_statement text, p_rows bigint) returns text language plpgsql as $$
declare answer text;
begin
  perform sluice_soon();
  update statements s set row_count = greatest(p_rows, s.row_count)
    from work w where s.id = p_statement and s.state in ('running', 'cancelling')
      and w.id = s.work_id and w.lease_token = p_lease and w.state = 'running'
    returning s.state::text into answer;
  if found then perform pg_notify('sluice_statement', p_statement || ' rows'); end if;
  return answer;
end $$;

-- The one way a started statement ends. p_end: {state, columns, rowCount, truncated, limitedBy, resultKey,
-- resultBytes, headRows, cost, error, stopReason, firstRowMs (since the start)}. p_head is the CSV of the first rows. Ends
-- the work when nothing of it is left, or when this end stops a batch. Takes neither the warehouse's lock nor sends a
-- notice: sluice_finish does that once it is on disk. Returns the warehouse, also when asked a second time; null when
-- the lease no longer matches: somebody else has ended it, and the caller's result stays invisible.
create or replace function sluice_end(p_lease text, p_statement text, p_end jsonb, p_head bytea) returns jsonb language plpgsql as $$
declare
  w work%rowtype;
  s statements%rowtype;
  stopping boolean;
  final state := (p_end ->> 'state')::state;
begin
  select k.* into w from work k join statements t on t.work_id = k.id where t.id = p_statement for no key update of k;
  if w.lease_token is distinct from p_lease then return null; end if;
  select state = 'cancelling' into stopping from statements where id = p_statement for no key update;
  update statements t set
    state = final, finished_at = clock_timestamp(),
    columns = coalesce(nullif(p_end -> 'columns', 'null'), t.columns),
    row_count = coalesce((p_end ->> 'rowCount')::bigint, t.row_count),
    truncated = coalesce((p_end ->> 'truncated')::boolean, false),
    limited_by = case when (p_end ->> 'truncated')::boolean then coalesce(t.capped_by, p_end ->> 'limitedBy') end,
    -- Only a whole result is kept: not the first rows of one that never came to its end.
    head = case when final = 'succeeded' then coalesce(p_head, t.head) end,
    head_rows = case when final = 'succeeded' then coalesce((p_end ->> 'headRows')::int, t.head_rows) else 0 end,
    result_key = p_end ->> 'resultKey', result_bytes = (p_end ->> 'resultBytes')::bigint,
    first_row_at = coalesce(t.first_row_at, t.started_at + make_interval(secs => (p_end ->> 'firstRowMs')::float8 / 1000)),
    stop_reason = case when final <> 'succeeded' then coalesce(t.stop_reason, p_end ->> 'stopReason') end,
    cost = nullif(p_end -> 'cost', 'null'), error = nullif(p_end -> 'error', 'null')
  where t.id = p_statement and t.state in ('running', 'cancelling') and w.state = 'running'
  returning t.* into s;
  if not found then
    -- A second asking, after an answer that got lost on its way.
    perform from statements where id = p_statement and state = final;
    return case when found then to_jsonb(w.warehouse_id) end;
  end if;
  update executions set state = final, finished_at = clock_timestamp(),
      stop_reason = case when final <> 'succeeded' then coalesce(stop_reason, s.stop_reason) end
    where statement_id = p_statement and state in ('queued', 'running', 'cancelling');
  -- A stop that came too late for this statement still ends its batch.
  if stopping or final <> 'succeeded' then
    perform sluice_drop(s.work_id, 'An earlier statement of this batch did not succeed.');
  end if;
  perform sluice_leave(w.id, p_lease);
  return to_jsonb(w.warehouse_id);
end $$;

drop function if exists sluice_ended(text, text, text);

-- Ends a statement in two transactions and one trip: the end, which waits for the disk; then the wake-ups, and the
-- slot that it may have freed for the next. Answers what was admitted; null as sluice_end does.
create or replace procedure sluice_finish(p_lease text, p_statement text, p_end jsonb, p_head bytea, inout admitted jsonb)
language plpgsql as $$
declare home text := sluice_end(p_lease, p_statement, p_end, p_head) #>> '{}';
begin
  commit;
  admitted := null;
  if home is not null then
    perform sluice_soon();
    perform sluice_announce(p_statement, p_end ->> 'state');
    admitted := sluice_regate(home);
  end if;
end $$;

-- Cancels what of a work has not started.
create or replace function sluice_drop(p_work text, p_reason text, p_from int default 0) returns void language sql as $$
  with dropped as (
    update statements set state = 'cancelled', finished_at = clock_timestamp(), stop_reason = p_reason
    where work_id = p_work and state = 'queued' and position >= p_from returning id
  )
  update executions e set state = 'cancelled', finished_at = clock_timestamp(), stop_reason = coalesce(e.stop_reason, p_reason)
  from dropped d where e.statement_id = d.id and e.state in ('queued', 'running', 'cancelling')
$$;

drop function if exists sluice_drop_queued(text, text, int);

-- Wakes who waits for a statement, or for one after it in its batch that was dropped with it.
create or replace function sluice_announce(p_statement text, p_state text) returns void language sql as $$
  select pg_notify('sluice_statement', p_statement || ' ' || p_state);
  select pg_notify('sluice_statement', d.id || ' cancelled')
  from statements s join statements d on d.work_id = s.work_id and d.position > s.position
  where s.id = p_statement and d.state = 'cancelled'
$$;

-- Gives the slot back when nothing of the work is left to run.
create or replace function sluice_leave(p_work text, p_lease text) returns boolean language plpgsql as $$
begin
  update work set state = 'done', ended_at = clock_timestamp()
    where id = p_work and state <> 'done' and lease_token is not distinct from p_lease
      and not exists (select 1 from statements where work_id = p_work and state in ('queued', 'running', 'cancelling'));
  return found;
end $$;

-- One execution is given up. Others who wait for the same statement keep it; the last to leave stops it.
-- Returns {outcome: left|cancelled|cancelling|ended, admitted: […]}. Two callers at once: the second finds `ended` or
-- `cancelling`, and both are told the truth. Not on disk yet.
create or replace function sluice_cancel(p_execution text, p_reason text) returns jsonb language plpgsql as $$
declare
  e executions%rowtype;
  s statements%rowtype;
  w work%rowtype;
  admitted jsonb := '[]';
begin
  select * into e from executions where id = p_execution;
  if not found then return null; end if;
  perform sluice_soon();
  perform sluice_lock(e.warehouse_id);
  -- Only now, for it may have moved to another statement (joining.sql).
  select * into e from executions where id = p_execution;
  -- Work before statement, as sluice_start and sluice_end lock them.
  select k.* into w from work k join statements t on t.work_id = k.id where t.id = e.statement_id for no key update of k;
  select * into s from statements where id = e.statement_id for no key update;
  -- Only now, for an end that was being written meanwhile has both of these locks.
  select * into e from executions where id = p_execution;
  if e.state not in ('queued', 'running') then
    return jsonb_build_object('outcome', case when e.state = 'cancelling' then 'cancelling' else 'ended' end, 'admitted', admitted);
  end if;
  if exists (select 1 from executions where statement_id = s.id and id <> e.id and state in ('queued', 'running')) then
    update executions set state = 'cancelled', finished_at = clock_timestamp(), stop_reason = p_reason where id = e.id;
    perform pg_notify('sluice_statement', s.id || ' left');
    return jsonb_build_object('outcome', 'left', 'admitted', admitted);
  end if;
  update executions set stop_reason = p_reason where id = e.id;
  if s.state = 'queued' then
    perform sluice_drop(s.work_id, p_reason, s.position);
    perform sluice_announce(s.id, 'cancelled');
    if sluice_leave(w.id, w.lease_token) then admitted := sluice_admit(e.warehouse_id); end if;
    return jsonb_build_object('outcome', 'cancelled', 'admitted', admitted);
  end if;
  update statements set state = 'cancelling', stop_reason = p_reason where id = s.id and state = 'running';
  update executions set state = 'cancelling' where id = e.id;
  perform pg_notify('sluice_stop', s.id);
  return jsonb_build_object('outcome', 'cancelling', 'admitted', admitted);
end $$;

-- Work whose worker has not been seen for p_seconds changes hands: the new lease shuts the old worker out, and
-- the caller now has to end the backend and then the statement. So does work under one of the leases p_adrift, of
-- which the caller, whose worker they name, knows nothing: the answer that gave it the work was lost on its way.
drop function if exists sluice_take_over(text, int);
create or replace function sluice_take_over(p_worker text, p_seconds int, p_adrift text[] default '{}') returns jsonb
language plpgsql as $$
declare answer jsonb;
begin
  with lost as (
    select w.id from work w left join workers k on k.id = w.worker_id
    where w.state = 'running' and w.attempt_id is null and (w.lease_token = any(p_adrift) or w.worker_id <> p_worker
      and (k.id is null or k.seen_at < now() - make_interval(secs => p_seconds)))
    for update of w skip locked
  ), taken as (
    update work w set worker_id = p_worker, lease_token = gen_random_uuid()::text
    from lost where w.id = lost.id returning w.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
      'work', t.id, 'lease', t.lease_token, 'warehouse', t.warehouse_id, 'reader', t.reader_id,
      'pid', t.backend_pid, 'start', t.backend_start,
      'statements', (select jsonb_agg(jsonb_build_object('id', s.id, 'state', s.state) order by s.position)
        from statements s where s.work_id = t.id and s.state in ('running', 'cancelling', 'queued')))), '[]')
  into answer from taken t;
  return answer;
end $$;
