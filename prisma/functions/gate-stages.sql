-- What limits mean for attempts of stages, which hold a slot in each warehouse that they need (decision 0080).

-- What limits allow an attempt in the warehouses where it holds a slot: {<warehouse>: sluice_caps}, as they stand now. Null
-- where there are none.
create or replace function sluice_attempt_caps(p_attempt text) returns jsonb language sql stable as $$
  select jsonb_object_agg(k.warehouse_id, sluice_caps(k.warehouse_id, k.user_id, k.token_id))
  from work k join warehouses w on w.id = k.warehouse_id where k.attempt_id = p_attempt and w.ruled
$$;

-- Writes a job into the books that an attempt is about to send to an engine paid by bytes, which may read so many at most (null:
-- the engine cannot say). Where its person's day has a limit, bytes are kept for it as sluice_reserve keeps them for statements,
-- from the same day. Answers {bytes, limit} as that does; null when the lease is lost.
create or replace function sluice_enter_job(p_attempt text, p_lease text, p_warehouse text, p_job text, p_most bigint)
returns jsonb language plpgsql as $$
declare
  k work%rowtype;
  is_ruled boolean;
  day jsonb;
  given bigint := p_most;
begin
  select w.* into k from work w join attempts a on a.id = w.attempt_id
    where a.id = p_attempt and a.lease_token = p_lease and a.state in ('running', 'cancelling') and w.warehouse_id = p_warehouse;
  if not found then return null; end if;
  select ruled into is_ruled from warehouses where id = p_warehouse;
  if is_ruled and exists (select from sluice_limits(p_warehouse, k.user_id, k.token_id) where name = 'bytesPerDay') then
    -- One after the other, or two would each not see what the other keeps.
    perform sluice_lock('bytes of a day');
    day := sluice_caps(p_warehouse, k.user_id, k.token_id) -> 'bytesPerDay';
    given := least(p_most, (day ->> 'left')::bigint);
  end if;
  -- A name that the service refused is used again.
  insert into stage_jobs (job, attempt_id, warehouse_id, user_id, reserved_bytes)
    values (p_job, p_attempt, p_warehouse, k.user_id, case when day is not null then given end)
    on conflict (job) do update set reserved_bytes = excluded.reserved_bytes, read_bytes = null, at = excluded.at;
  return jsonb_build_object('bytes', given, 'limit', case when given is distinct from p_most then day end);
end $$;
