-- What holds work back besides slots: pauses and limits, rows that admins write. Each is a question about one person,
-- token and lane before one warehouse, and answered in one place: sluice_hold says what holds such work, and admission,
-- the page of those who wait and the load page all ask it. Nothing of it is asked where a warehouse is not `ruled`.
--
-- Locks. Limits count over all warehouses, so who admits before a ruled warehouse also takes sluice_lock('rules'), after
-- the warehouse's own. Nobody takes two warehouses' locks in one transaction.

-- The word for a lane, as lib/executions/schema.ts has them.
create or replace function sluice_lane(p_lane int) returns text language sql immutable as $$
  select (array['interactive', 'api', 'scheduled', 'backfill'])[p_lane + 1]
$$;

-- Whether a pause of that warehouse, or of all, holds such work.
create or replace function sluice_pause_holds(p pauses, p_user text, p_token text, p_lane int) returns boolean
language sql stable as $$
  select case p.kind
    when 'everything' then true
    when 'lane' then sluice_lane(p_lane) = any(p.targets)
    when 'person' then p_user = any(p.targets)
    when 'token' then p_token = any(p.targets)
    else exists (select from team_members m where m.user_id = p_user and m.team_id = any(p.targets))
  end
$$;

-- The pause that holds such work, as {heldBy: pause, id, of, reason, until, everywhere}: of several the one that ends
-- last. Null: none does.
create or replace function sluice_paused(p_warehouse text, p_user text, p_token text, p_lane int) returns jsonb
language sql stable as $$
  select jsonb_build_object('heldBy', 'pause', 'id', p.id, 'of', p.kind, 'reason', p.reason, 'until', p.until,
    'everywhere', p.warehouse_id is null)
  from pauses p
  where p.ended_at is null and (p.warehouse_id is null or p.warehouse_id = p_warehouse)
    and sluice_pause_holds(p, p_user, p_token, p_lane)
  order by p.until desc nulls first, p.at limit 1
$$;

-- The limits under which such work stands.
create or replace function sluice_limits(p_warehouse text, p_user text, p_token text) returns setof limits
language sql stable as $$
  select l.* from limits l
  where case l.scope
    when 'company' then true
    when 'warehouse' then l.scope_id = p_warehouse
    when 'person' then l.scope_id = p_user
    when 'token' then l.scope_id = p_token
    else exists (select from team_members m where m.user_id = p_user and m.team_id = l.scope_id)
  end
$$;

create or replace function sluice_scope_title(p_scope text, p_id text) returns text language sql stable as $$
  select case p_scope
    when 'warehouse' then (select name from warehouses where id = p_id)
    when 'team' then (select name from teams where id = p_id)
    when 'person' then (select name from users where id = p_id)
    when 'token' then (select name from api_tokens where id = p_id)
  end
$$;

create or replace function sluice_limit_json(l limits) returns jsonb language sql stable as $$
  select jsonb_build_object('heldBy', 'limit', 'name', l.name, 'scope', l.scope, 'id', l.scope_id,
    'title', sluice_scope_title(l.scope, l.scope_id), 'value', l.value)
$$;

-- How many pieces of work a limit counts: of all within its scope, or (per person) of this person within it. A team's are
-- those of its members, wherever they run.
create or replace function sluice_counted(l limits, p_user text, p_states work_state[]) returns bigint
language sql stable as $$
  select count(*) from work k
  where k.state = any(p_states)
    and (l.name not like '%PerPerson' or k.user_id = p_user)
    and case l.scope
      when 'company' then true
      when 'warehouse' then k.warehouse_id = l.scope_id
      when 'person' then k.user_id = l.scope_id
      when 'token' then k.token_id = l.scope_id
      else exists (select from team_members m where m.user_id = k.user_id and m.team_id = l.scope_id)
    end
$$;

-- What holds such work now, slots and the number per person aside: a pause, or a limit on what runs at once, the smallest
-- first. Null: nothing does.
create or replace function sluice_hold(p_warehouse text, p_user text, p_token text, p_lane int) returns jsonb
language plpgsql stable as $$
declare
  l limits%rowtype;
  held jsonb := sluice_paused(p_warehouse, p_user, p_token, p_lane);
begin
  if held is not null then return held; end if;
  for l in select * from sluice_limits(p_warehouse, p_user, p_token) where name in ('running', 'runningPerPerson') order by value loop
    if sluice_counted(l, p_user, '{admitted,running}') >= l.value then return sluice_limit_json(l); end if;
  end loop;
  return null;
end $$;

-- Whether a limit on what runs at once holds whatever waits there, whoever asked for it.
create or replace function sluice_shut(p_warehouse text) returns boolean language sql stable as $$
  select exists (select from limits l where l.name = 'running' and (l.scope = 'company' or l.scope = 'warehouse' and l.scope_id = p_warehouse)
    and sluice_counted(l, null, '{admitted,running}') >= l.value)
$$;

-- The limit on what may wait that such work would be over, were it to wait too. Null: there is none.
create or replace function sluice_crowd(p_warehouse text, p_user text, p_token text) returns jsonb
language plpgsql stable as $$
declare
  l limits%rowtype;
begin
  for l in select * from sluice_limits(p_warehouse, p_user, p_token) where name in ('waiting', 'waitingPerPerson') order by value loop
    -- The piece in question waits already, and is counted.
    if sluice_counted(l, p_user, '{waiting}') > l.value then return sluice_limit_json(l); end if;
  end loop;
  return null;
end $$;

-- The smallest id (lib/platform/ids.ts) that can have been made at this time.
create or replace function sluice_first_id(p_at timestamptz) returns text language plpgsql immutable as $$
declare
  rest bigint := floor(extract(epoch from p_at) * 1000);
  answer text := '';
begin
  for n in 1..10 loop
    answer := substr('0123456789abcdefghjkmnpqrstvwxyz', (rest & 31)::int + 1, 1) || answer;
    rest := rest >> 5;
  end loop;
  return answer;
end $$;

-- As newId there makes them, with 60 random bits.
create or replace function sluice_new_id() returns text language sql as $$
  select sluice_first_id(clock_timestamp()) || left(replace(gen_random_uuid()::text, '-', ''), 16)
$$;

-- The limit statementsPerHour that so many more statements of a token would be over, as sluice_limit_json has it, with how many
-- were `asked` for and `retryAfter`, the seconds until there is room for them. Null: there is none. The company's holds for each
-- token; p_usual (null: none) for one that has none of its own, and is then `usual`. An answer that is reused is no statement. Who
-- asks holds sluice_lock('rules'), or two at once would each not see the other's.
create or replace function sluice_over_hour(p_user text, p_token text, p_more int, p_usual bigint) returns jsonb
language plpgsql stable as $$
declare
  found limits%rowtype;
  most bigint;
  said jsonb;
  spent bigint;
  wait int;
begin
  select * into found from limits l where l.name = 'statementsPerHour' and (l.scope = 'company' or l.scope = 'token' and l.scope_id = p_token)
    order by l.value limit 1;
  most := found.value;
  said := sluice_limit_json(found);
  if p_usual < coalesce(most, p_usual + 1)
    and not exists (select from limits l where l.name = 'statementsPerHour' and l.scope = 'token' and l.scope_id = p_token) then
    most := p_usual;
    said := jsonb_build_object('heldBy', 'limit', 'name', 'statementsPerHour', 'scope', 'token', 'id', p_token,
      'title', sluice_scope_title('token', p_token), 'value', p_usual, 'usual', true);
  end if;
  if most is null then return null; end if;
  -- Ids begin with their time, by the clock of the process that made them.
  with hour as (
    select e.submitted_at from executions e where e.user_id = p_user and e.token_id = p_token
      and e.id >= sluice_first_id(now() - interval '2 hours') and e.submitted_at > clock_timestamp() - interval '1 hour'
      and e.via is distinct from 'reused'
  )
  select count(*), ceil(extract(epoch from (array_agg(submitted_at order by submitted_at))[least(count(*), count(*) + p_more - most)::int]
      + interval '1 hour' - clock_timestamp()))
    into spent, wait from hour;
  if spent + p_more <= most then return null; end if;
  return said || jsonb_build_object('asked', p_more, 'retryAfter', greatest(1, coalesce(wait, 3600)));
end $$;

-- Of a person's statements and of their stages' jobs since midnight (UTC), in one warehouse or in all: {read, held, holders}. Bytes
-- read, by the engine's own count, or as many as were kept for one that it gave no count of; and bytes that are kept for those that
-- run, and their number.
drop function if exists sluice_bytes_today(text, text);
create or replace function sluice_day_of(p_user text, p_warehouse text) returns jsonb language sql stable as $$
  select jsonb_build_object('read', coalesce(sum(o.read), 0)::bigint, 'held', coalesce(sum(o.held), 0)::bigint, 'holders', count(o.held))
  from (
    select coalesce((s.cost ->> 'bytesProcessed')::numeric, case when s.state in ('succeeded', 'cancelled') then s.reserved_bytes end) as read,
      case when s.cost is null and s.state in ('running', 'cancelling') then s.reserved_bytes end as held
    from executions e join statements s on s.id = e.statement_id
    where e.user_id = p_user and e.id >= sluice_first_id(date_trunc('day', now(), 'UTC')) and e.via is null
      and (s.cost is not null or s.reserved_bytes is not null) and (p_warehouse is null or e.warehouse_id = p_warehouse)
    union all
    select coalesce(j.read_bytes, case when a.state not in ('running', 'cancelling') then j.reserved_bytes end),
      case when j.read_bytes is null and a.state in ('running', 'cancelling') then j.reserved_bytes end
    from stage_jobs j join attempts a on a.id = j.attempt_id
    where j.user_id = p_user and j.at >= date_trunc('day', now(), 'UTC') and (p_warehouse is null or j.warehouse_id = p_warehouse)
  ) o
$$;

-- What one statement may take: {seconds, rows, storedBytes, rowsRead, bytesPerQuery, bytesPerDay}, each the smallest limit of its
-- name as sluice_limit_json has it; bytesPerDay has also what is `left` of the day and sluice_day_of, and is the limit with the
-- least left.
create or replace function sluice_caps(p_warehouse text, p_user text, p_token text) returns jsonb language sql stable as $$
  select coalesce(jsonb_object_agg(c.name, c.limit_json || c.more), '{}')
  from (
    select distinct on (l.name) l.name, sluice_limit_json(l) as limit_json,
      case when day.of is null then '{}'::jsonb else day.of || jsonb_build_object('left', greatest(0, l.value - taken.bytes)) end as more
    from sluice_limits(p_warehouse, p_user, p_token) l
    left join lateral (select sluice_day_of(p_user, case when l.scope = 'warehouse' then p_warehouse end) as of
      where l.name = 'bytesPerDay') day on true
    cross join lateral (select coalesce((day.of ->> 'read')::bigint + (day.of ->> 'held')::bigint, 0) as bytes) taken
    where l.name in ('seconds', 'rows', 'storedBytes', 'rowsRead', 'bytesPerQuery', 'bytesPerDay')
    order by l.name, l.value - taken.bytes
  ) c
$$;

-- Keeps bytes of a person's day for a statement that is about to read so many at most (null: the engine cannot say, and all that
-- is left is kept), so that what runs at once never passes the day's limit together. Of those who wait for it pays who ran it,
-- or where too little is left of their day, the first who has enough. Answers {bytes, limit}: so many it may read (null: as
-- many as it wants), and bytesPerDay as sluice_caps had it where that is less. Null when the lease is lost.
create or replace function sluice_reserve(p_lease text, p_statement text, p_most bigint) returns jsonb language plpgsql as $$
declare
  one record;
  day jsonb;
  given bigint;
  payer text;
  best_day jsonb;
  best bigint;
begin
  -- One after the other, or two would each not see what the other keeps.
  perform sluice_lock('bytes of a day');
  perform from statements s join work w on w.id = s.work_id
    where s.id = p_statement and s.state in ('running', 'cancelling') and w.lease_token = p_lease and w.state = 'running';
  if not found then return null; end if;
  for one in
    select id, warehouse_id, user_id, token_id from executions
    where statement_id = p_statement and state in ('queued', 'running', 'cancelling') order by via nulls first, id
  loop
    day := sluice_caps(one.warehouse_id, one.user_id, one.token_id) -> 'bytesPerDay';
    given := least(p_most, (day ->> 'left')::bigint);
    if payer is null or given is null or given > best then
      payer := one.id;
      best := given;
      best_day := day;
    end if;
    exit when best is not distinct from p_most or p_most is null and best > 0;
  end loop;
  if payer is null then return null; end if;
  update statements set reserved_bytes = case when best_day is not null then best end where id = p_statement;
  update executions set via = case when id <> payer then 'joined' end
    where statement_id = p_statement and (id = payer) <> (via is null);
  return jsonb_build_object('bytes', best, 'limit', case when best is distinct from p_most then best_day end);
end $$;

-- "1,000 rows for the team Growth": what cut a result.
create or replace function sluice_rows_words(p_limit jsonb) returns text language sql immutable as $$
  select to_char((p_limit ->> 'value')::bigint, 'FM999,999,999,999,999') || ' rows for '
    || case p_limit ->> 'scope' when 'company' then 'the company'
      else 'the ' || (p_limit ->> 'scope') || ' ' || coalesce(p_limit ->> 'title', p_limit ->> 'id') end
$$;

-- What follows from pauses and limits for the warehouse with this id: {paused, reason, ruled}.
create or replace function sluice_rules_of(p_warehouse text) returns jsonb language sql stable as $$
  select jsonb_build_object('paused', p.id is not null, 'reason', p.reason, 'ruled',
    exists (select from limits l where l.scope <> 'warehouse' or l.scope_id = p_warehouse)
    or exists (select from pauses o where o.ended_at is null and o.kind <> 'everything'
      and (o.warehouse_id is null or o.warehouse_id = p_warehouse)))
  from (select 1) one
  left join lateral (select id, reason from pauses p where p.ended_at is null and p.kind = 'everything'
    and (p.warehouse_id is null or p.warehouse_id = p_warehouse) order by until desc nulls first, at limit 1) p on true
$$;

create or replace function sluice_rules_changed() returns trigger language plpgsql as $$
begin
  -- One after the other, or two changes at once would each not see the other's rows.
  perform sluice_lock('a change of rules');
  update warehouses w set paused = (r.rules ->> 'paused')::boolean, pause_reason = r.rules ->> 'reason', ruled = (r.rules ->> 'ruled')::boolean
  from (select id, sluice_rules_of(id) as rules from warehouses) r
  where r.id = w.id and (w.paused, w.pause_reason, w.ruled)
    is distinct from ((r.rules ->> 'paused')::boolean, r.rules ->> 'reason', (r.rules ->> 'ruled')::boolean);
  return null;
end $$;

create or replace trigger rules_changed after insert or update or delete on pauses
  for each statement execute function sluice_rules_changed();
create or replace trigger rules_changed after insert or update or delete on limits
  for each statement execute function sluice_rules_changed();

create or replace function sluice_new_warehouse() returns trigger language plpgsql as $$
declare rules jsonb := sluice_rules_of(new.id);
begin
  new.paused := rules ->> 'paused';
  new.pause_reason := rules ->> 'reason';
  new.ruled := rules ->> 'ruled';
  return new;
end $$;

create or replace trigger new_warehouse before insert on warehouses
  for each row execute function sluice_new_warehouse();
