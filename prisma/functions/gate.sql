-- The gate's hot path, each step one round trip; the migrator puts these functions in place at every migration.
--
--   work:       waiting -> admitted -> running -> done
--   statement:  queued -> running -> (cancelling) -> succeeded | failed | cancelled
--
-- Locks. Admission is decided under the warehouse's advisory lock, joining and cancelling too. Who moves a statement
-- on locks its work row, then the statement's; the loser of a race finds that its `where state = ...` or lease no
-- longer matches, and changes nothing.
--
-- Disk. A commit that waits for the disk while it holds the warehouse's lock, or the one lock that every NOTIFY in a
-- database takes until its commit ends, lets through one execution per disk write. So what holds either commits
-- without waiting (sluice_soon), and what was promised to somebody is made durable where no lock is held: a submit
-- by its caller (lib/platform/db/pool.ts, durable), an end by sluice_end itself. What a crash of the database server
-- may take is then an admission, a start or a wake-up, which reconciling finds again.
--
-- An execution's own state says whether it is waited for or has ended: that it runs, its statement says.
--
-- Wake-ups go out as `<id> <state>` on a channel of their kind, so that none wakes a process that has no use for it:
-- `sluice_statement` when one moves on, or who waits for it goes over to another (joining.sql), `sluice_stop` when its
-- worker must end it, `sluice_gate` when a warehouse's settings change.

create or replace function sluice_soon() returns void language sql as $$
  select set_config('synchronous_commit', 'off', true)
$$;

-- The lane of what has waited since then: one up for each 5 minutes. Who looks may have begun before what they see
-- came, after a wait for the lock; that is no wait of less than nothing, which would be a lane down.
create or replace function sluice_lane_now(p_lane int, p_since timestamptz) returns int language sql stable as $$
  select greatest(0, p_lane - greatest(0, floor(extract(epoch from now() - p_since)::float8 / 300)))::int
$$;

create or replace function sluice_lock(p_warehouse text) returns void language sql as $$
  select pg_advisory_xact_lock(hashtextextended(p_warehouse, 7203))
$$;

-- In the order of the index, or it is looked for through all that is over where much waits: some of it, one would think,
-- must turn up soon.
create or replace function sluice_anybody_waits(p_warehouse text) returns boolean language sql stable as $$
  select exists (select from (
    select from work where warehouse_id = p_warehouse and state = 'waiting' order by user_id limit 1) one)
$$;

-- The oldest that waits of each person, token, lane and what it needs besides, and all that an admin has raised: whatever
-- comes next is among these, for of what differs in age alone the oldest goes first. One step of the index each, however
-- many stand behind. Of the people p_without only what is raised.
drop function if exists sluice_heads(text);
create or replace function sluice_heads(p_warehouse text, p_without text[] default '{}') returns setof work language sql stable as $$
  with recursive people as (
    (select k.user_id as id from work k where k.warehouse_id = p_warehouse and k.state = 'waiting' order by 1 limit 1)
    union all
    select (select k.user_id from work k where k.warehouse_id = p_warehouse and k.state = 'waiting' and k.user_id > p.id order by 1 limit 1)
    from people p where p.id is not null
  )
  select theirs.* from people p cross join lateral (
    with recursive heads as (
      (select k as piece from work k where k.warehouse_id = p_warehouse and k.state = 'waiting' and k.user_id = p.id
        order by coalesce(k.token_id, ''), k.lane, k.beside, k.queued_at, k.id limit 1)
      union all
      select n.piece from heads h cross join lateral (
        select k as piece from work k where k.warehouse_id = p_warehouse and k.state = 'waiting' and k.user_id = p.id
          and (coalesce(k.token_id, ''), k.lane, k.beside) > (coalesce((h.piece).token_id, ''), (h.piece).lane, (h.piece).beside)
        order by coalesce(k.token_id, ''), k.lane, k.beside, k.queued_at, k.id limit 1) n
    )
    select (piece).* from heads
  ) theirs
  where p.id is not null and p.id <> all(p_without)
  union all
  select k.* from work k where k.warehouse_id = p_warehouse and k.state = 'waiting' and k.raised
$$;

-- Gives free slots to waiting work that nothing holds (sluice_hold); fewer than all while the warehouse is slowed down.
-- Order: what an admin raised; then lane, with one lane up for each 5 minutes waited; then round-robin by person (fewest
-- running, longest since their last turn); then age. So nothing starves: after 15 minutes at most it stands in the first lane, where everybody's turn comes round
-- before anybody's second, and among one person's own the older goes first. What is an attempt's is passed over where
-- something else that it needs is not free (sluice_take_attempt).
-- Caller holds sluice_lock. Returns what was admitted: the caller (or the reconciler) puts it on the queue.
--
-- The index is walked once: for each that is given a slot the one behind it comes forward, and nothing else of what waits
-- becomes free by it. Nor is the order made anew for each: of those who are level in lane and number, one who was given
-- a slot goes behind the others.
create or replace function sluice_admit(p_warehouse text) returns jsonb language plpgsql as $$
declare
  w warehouses%rowtype;
  room int;
  heads work[];
  people text[];
  -- When each of `people` was given a slot last.
  turns timestamptz[];
  c record;
  own work%rowtype;
  level int[];
  served text[];
  passed text[] := '{}';
  full_up boolean := false;
  taken jsonb;
  answer jsonb := '[]';
begin
  -- Most ends and most submits leave nobody waiting.
  if not sluice_anybody_waits(p_warehouse) then return answer; end if;
  select * into w from warehouses where id = p_warehouse;
  if not found or w.paused then return answer; end if;
  if w.ruled then perform sluice_lock('rules'); end if;
  select least(w.slots, w.slots_now) - count(*) into room from work where warehouse_id = p_warehouse and state in ('admitted', 'running');
  if room <= 0 or w.ruled and sluice_shut(p_warehouse) then return answer; end if;
  heads := array(select h from sluice_heads(p_warehouse, array(
    select r.user_id from work r where r.warehouse_id = p_warehouse and r.state in ('admitted', 'running')
    group by 1 having w.per_user > 0 and count(*) >= w.per_user)) h);
  select array_agg(o.user_id), array_agg(o.at) into people, turns from (
    select u.user_id, (select r.admitted_at from work r
      where r.warehouse_id = p_warehouse and r.user_id = u.user_id and r.admitted_at is not null
      order by r.admitted_at desc limit 1) as at
    from (select distinct user_id from unnest(heads)) u
  ) o;
  loop
    level := null;
    served := '{}';
    for c in
      select h as piece, array[h.raised::int, o.lane_now, o.running] as level
      from unnest(heads) h
      join unnest(people, turns) as turn(user_id, at) on turn.user_id = h.user_id
      left join (
        select r.user_id, count(*)::int as running from work r
        where r.warehouse_id = p_warehouse and r.state in ('admitted', 'running') group by 1
      ) mine on mine.user_id = h.user_id
      cross join lateral (select sluice_lane_now(h.lane, h.queued_at) as lane_now, coalesce(mine.running, 0) as running) o
      where (w.per_user = 0 or o.running < w.per_user) and h.id <> all(passed)
      order by h.raised desc, o.lane_now, o.running, turn.at nulls first, h.queued_at, h.id
    loop
      own := c.piece;
      exit when room <= 0 or level <> c.level or own.user_id = any(served);
      -- Whatever comes of it, it is not looked at again: what holds it now does so until all is given out.
      passed := passed || own.id;
      continue when full_up and own.attempt_id is not null
        or w.ruled and sluice_hold(p_warehouse, own.user_id, own.token_id, own.lane) is not null;
      if own.attempt_id is not null then
        taken := sluice_take_attempt(own.attempt_id, p_warehouse);
        full_up := taken ? 'full';
        -- Kept for it, until what else it needs is free.
        if taken ? 'keep' then room := room - 1; end if;
        continue when taken ->> 'lease' is null;
      else
        update work set state = 'admitted', admitted_at = clock_timestamp(), lease_token = gen_random_uuid()::text
          where id = own.id and state = 'waiting'
          returning jsonb_build_object('id', id, 'lease', lease_token, 'warehouse', p_warehouse, 'reader', reader_id) into taken;
        if found then perform sluice_gather(own.id); end if;
      end if;
      level := c.level;
      served := served || own.user_id;
      -- It may have gone along with what was given out before it.
      if taken is not null then
        room := room - 1;
        answer := answer || taken;
        turns[array_position(people, own.user_id)] := clock_timestamp();
      end if;
      heads := heads || array(
        select k from work k where k.warehouse_id = p_warehouse and k.state = 'waiting'
          and (k.user_id, coalesce(k.token_id, ''), k.lane, k.beside) = (own.user_id, coalesce(own.token_id, ''), own.lane, own.beside)
        order by k.queued_at, k.id limit 1);
      if w.ruled and sluice_shut(p_warehouse) then room := 0; end if;
    end loop;
    exit when level is null or room <= 0;
  end loop;
  return answer;
end $$;

drop function if exists sluice_has_room(text, text);

-- Whether new work of this kind is admitted at once, with nobody before it: then it need not be written as waiting
-- first. Caller holds sluice_lock, of a ruled warehouse that of the rules too.
create or replace function sluice_has_room(p_warehouse text, p_user text, p_token text, p_lane int) returns boolean language sql as $$
  select not w.paused and leased.used < least(w.slots, w.slots_now) and (w.per_user = 0 or leased.mine < w.per_user)
    and not sluice_anybody_waits(p_warehouse)
    and case when w.ruled then sluice_hold(p_warehouse, p_user, p_token, p_lane) is null else true end
  from warehouses w, (select count(*) as used, count(*) filter (where user_id = p_user) as mine
    from work where warehouse_id = p_warehouse and state in ('admitted', 'running')) leased
  where w.id = p_warehouse
$$;

-- Writes one execution (or a batch of them) and lets the gate decide. p_statements:
-- [{executionId, statementId, sql, bound, parameters, values, rowLimit, timeZone, queryId?, queryVersion?, queryValues?, shareId?}],
-- the first of an assistant's also usualPerHour (sluice_over_hour). Only a single
-- statement with a join key joins (joining.sql) or reuses. Returns {outcome: new|joined|reused|refused, statementId, state, admitted: […]},
-- refused with the `limit` that it would be over; then nothing is written. What is new or joined is not on disk yet.
create or replace function sluice_submit(
  p_work text, p_warehouse text, p_reader text, p_user text, p_token text, p_lane int,
  p_batch text, p_join_key text, p_max_age int, p_statements jsonb
) returns jsonb language plpgsql as $$
declare
  one jsonb := p_statements -> 0;
  found_id text;
  found_state state;
  lease text;
  is_ruled boolean := (select ruled from warehouses where id = p_warehouse);
  caps jsonb;
  crowd jsonb;
  budget jsonb;
  admitted jsonb;
begin
  if is_ruled then
    caps := sluice_caps(p_warehouse, p_user, p_token);
    if (caps #>> '{bytesPerDay,read}')::bigint >= (caps #>> '{bytesPerDay,value}')::bigint then
      return jsonb_build_object('outcome', 'refused', 'limit', caps -> 'bytesPerDay', 'admitted', '[]'::jsonb);
    end if;
    -- Who may have less of an answer does not join, or reuse, that of others who may have more, nor they theirs.
    select md5(p_join_key || string_agg(key || ':' || (value ->> 'value'), ',' order by key)) into p_join_key
      from jsonb_each(caps - 'bytesPerDay') having count(*) > 0 union all select p_join_key limit 1;
  end if;
  if p_join_key is not null and p_max_age > 0 then
    select id into found_id from statements
      where join_key = p_join_key and state = 'succeeded' and expired_at is null
        and finished_at > now() - make_interval(secs => p_max_age)
      order by finished_at desc limit 1;
    if found then
      insert into executions (id, statement_id, warehouse_id, user_id, token_id, lane, sql, parameters, query_id,
        query_version, query_values, share_id, state, via, finished_at)
      values (one ->> 'executionId', found_id, p_warehouse, p_user, p_token, p_lane, one ->> 'sql', one -> 'parameters',
        one ->> 'queryId', (one ->> 'queryVersion')::int, one -> 'queryValues', one ->> 'shareId', 'succeeded', 'reused', now());
      return jsonb_build_object('outcome', 'reused', 'statementId', found_id, 'state', 'succeeded', 'admitted', '[]'::jsonb);
    end if;
  end if;

  perform sluice_soon();
  perform sluice_lock(p_warehouse);
  if is_ruled or one ? 'usualPerHour' then perform sluice_lock('rules'); end if;

  if p_token is not null and (is_ruled or one ? 'usualPerHour') then
    budget := sluice_over_hour(p_user, p_token, jsonb_array_length(p_statements), (one ->> 'usualPerHour')::bigint);
    -- What is there already under this id is no new one: the insert finds it.
    if budget is not null and not exists (select from executions where id = one ->> 'executionId') then
      return jsonb_build_object('outcome', 'refused', 'limit', budget, 'admitted', '[]'::jsonb);
    end if;
  end if;

  if p_join_key is not null then
    -- Locked, so that it cannot end between this look and our commit, and leave the joiner behind.
    select s.id, s.state into found_id, found_state from statements s join work k on k.id = s.work_id
      where s.join_key = p_join_key and s.state in ('queued', 'running') and (k.state <> 'waiting'
        or (k.user_id, coalesce(k.token_id, ''), k.lane) = (p_user, coalesce(p_token, ''), p_lane))
      order by k.state = 'waiting' limit 1 for share of s;
    if found then
      insert into executions (id, statement_id, warehouse_id, user_id, token_id, lane, sql, parameters, query_id,
        query_version, query_values, share_id, via)
      values (one ->> 'executionId', found_id, p_warehouse, p_user, p_token, p_lane, one ->> 'sql', one -> 'parameters',
        one ->> 'queryId', (one ->> 'queryVersion')::int, one -> 'queryValues', one ->> 'shareId', 'joined');
      return jsonb_build_object('outcome', 'joined', 'statementId', found_id, 'state', found_state, 'admitted', '[]'::jsonb);
    end if;
  end if;

  if sluice_has_room(p_warehouse, p_user, p_token, p_lane) then lease := gen_random_uuid()::text; end if;
  insert into work (id, warehouse_id, reader_id, user_id, token_id, lane, lease_token, state, admitted_at, request_id, trace_parent)
    values (p_work, p_warehouse, p_reader, p_user, p_token, p_lane, lease,
      case when lease is null then 'waiting' else 'admitted' end::work_state,
      case when lease is not null then clock_timestamp() end, p_statements #>> '{0,request}', p_statements #>> '{0,trace}');
  insert into statements (id, work_id, position, warehouse_id, reader_id, join_key, sql, parameters, row_limit, time_zone, capped_by)
    select s ->> 'statementId', p_work, n - 1, p_warehouse, p_reader, p_join_key, s ->> 'bound', s -> 'values',
      least((s ->> 'rowLimit')::int, (caps #>> '{rows,value}')::bigint), s ->> 'timeZone',
      case when (caps #>> '{rows,value}')::bigint < coalesce((s ->> 'rowLimit')::int, 2147483647) then sluice_rows_words(caps -> 'rows') end
    from jsonb_array_elements(p_statements) with ordinality as e(s, n);
  insert into executions (id, statement_id, batch_id, position, warehouse_id, user_id, token_id, lane, sql, parameters,
      query_id, query_version, query_values, share_id)
    select s ->> 'executionId', s ->> 'statementId', p_batch, n - 1, p_warehouse, p_user, p_token, p_lane, s ->> 'sql',
      s -> 'parameters', s ->> 'queryId', (s ->> 'queryVersion')::int, s -> 'queryValues', s ->> 'shareId'
    from jsonb_array_elements(p_statements) with ordinality as e(s, n);
  admitted := case when lease is null then sluice_admit(p_warehouse) else jsonb_build_array(
    jsonb_build_object('id', p_work, 'lease', lease, 'warehouse', p_warehouse, 'reader', p_reader)) end;
  if is_ruled and exists (select from work where id = p_work and state = 'waiting') then
    crowd := sluice_crowd(p_warehouse, p_user, p_token);
    if crowd is not null then
      delete from executions where statement_id in (select id from statements where work_id = p_work);
      delete from statements where work_id = p_work;
      delete from work where id = p_work;
      return jsonb_build_object('outcome', 'refused', 'limit', crowd, 'admitted', admitted);
    end if;
  end if;
  if lease is null and p_join_key is not null then
    -- The same of another may have come first, and taken it along.
    select statement_id into found_id from executions where id = one ->> 'executionId' and via = 'joined';
    if found then
      return jsonb_build_object('outcome', 'joined', 'statementId', found_id, 'state', 'queued', 'admitted', admitted);
    end if;
  end if;
  return jsonb_build_object('outcome', 'new', 'statementId', one ->> 'statementId', 'state', 'queued', 'admitted', admitted);
end $$;

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

-- Gives out what an end, a resumed or resized gate, or the passing of time (ageing) has freed.
create or replace function sluice_regate(p_warehouse text) returns jsonb language plpgsql as $$
begin
  -- Before the look at what waits: a submit that is just deciding must not be missed.
  perform sluice_lock(p_warehouse);
  return sluice_admit(p_warehouse);
end $$;

-- What a pause or a limit means for one warehouse, at once: work that has its slot but no worker yet goes back to wait
-- where a pause holds it (the job on the queue finds another lease), each who waits for it at a place of their own, and
-- what is free is given out.
create or replace function sluice_feel(p_warehouse text) returns jsonb language plpgsql as $$
declare back text;
begin
  perform sluice_lock(p_warehouse);
  -- An attempt gives back all that it took. What is free then in another warehouse, that one's next asking gives out.
  update attempts a set state = 'waiting', lease_token = null, admitted_at = null
    where a.state = 'admitted' and exists (select from work k where k.attempt_id = a.id and k.warehouse_id = p_warehouse
      and sluice_paused(k.warehouse_id, k.user_id, k.token_id, k.lane) is not null);
  for back in
    update work k set state = 'waiting', lease_token = null, admitted_at = null
      where k.state = 'admitted' and case
        when k.attempt_id is not null then exists (select from attempts a where a.id = k.attempt_id and a.state = 'waiting')
        else k.warehouse_id = p_warehouse and sluice_paused(k.warehouse_id, k.user_id, k.token_id, k.lane) is not null end
      returning k.id
  loop
    perform sluice_part(back);
  end loop;
  return sluice_admit(p_warehouse);
end $$;

-- Ends the pauses whose time has come. Returns their ids.
create or replace function sluice_end_pauses() returns setof text language sql as $$
  update pauses set ended_at = now() where ended_at is null and until <= now() returning id
$$;

-- An admin puts one piece of waiting work before all others, or behind: back it starts anew in the last lane, and rises
-- from there as all do. False when it does not wait any more.
create or replace function sluice_move(p_work text, p_first boolean) returns boolean language plpgsql as $$
begin
  update work set raised = p_first, lane = case when p_first then lane else 3 end,
      queued_at = case when p_first then queued_at else clock_timestamp() end
    where id = p_work and state = 'waiting';
  return found;
end $$;

-- Admitted work that no worker has taken for p_seconds; `old` is what has waited p_old seconds.
create or replace function sluice_untaken(p_seconds int, p_old int) returns jsonb language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'lease', lease_token, 'warehouse', warehouse_id, 'reader', reader_id,
    'old', admitted_at < now() - make_interval(secs => p_old))), '[]')
  from work where state = 'admitted' and attempt_id is null and admitted_at < now() - make_interval(secs => p_seconds)
$$;

-- Gives each of [{id, lease}] that no worker has begun by now a new lease, and so a new job. Returns those as admitted.
create or replace function sluice_renew(p_work jsonb) returns jsonb language sql as $$
  with renewed as (
    update work k set lease_token = gen_random_uuid()::text, admitted_at = clock_timestamp()
      from jsonb_to_recordset(p_work) as o(id text, lease text)
      where k.id = o.id and k.lease_token = o.lease and k.state = 'admitted' returning k.*
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'lease', lease_token, 'warehouse', warehouse_id, 'reader', reader_id)), '[]')
  from renewed
$$;

-- Every change of a gate, and every new warehouse, is heard by all processes at once.
create or replace function sluice_gate_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('sluice_gate', new.id);
  return null;
end $$;

create or replace trigger gate_changed after insert or update on warehouses
  for each row execute function sluice_gate_changed();
