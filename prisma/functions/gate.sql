-- The gate's hot path, each step one round trip: who is admitted, here, and what becomes of it, in statements.sql. The
-- migrator puts these functions in place at every migration.
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
