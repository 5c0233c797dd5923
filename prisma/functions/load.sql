-- The warehouses that this worker is to look at now, each by one worker whatever the number of workers. Who has one
-- keeps it, so that one connection to the warehouse is enough; another takes it where that one is not heard of.
create or replace function sluice_claim_samples(p_worker text) returns setof load_samplers language sql as $$
  insert into load_samplers (warehouse_id, worker, claimed_at) select w.id, p_worker, now() from warehouses w
  on conflict (warehouse_id) do update set worker = excluded.worker, claimed_at = excluded.claimed_at
    where (load_samplers.worker = excluded.worker and load_samplers.claimed_at <= now() - interval '9500 milliseconds')
      or load_samplers.claimed_at <= now() - interval '25 seconds'
  returning *
$$;

-- Keeps one sample, what follows from it, and with it the slots given from now on (null: all). Returns whether these
-- changed; null where another worker has taken over. The step stands in the audit log, which names nobody.
create or replace function sluice_sample(
  p_warehouse text, p_worker text, p_sample jsonb, p_state jsonb, p_slots int, p_reason text, p_entry text
) returns boolean language plpgsql as $$
declare
  before int;
  w warehouses%rowtype;
begin
  update load_samplers set state = p_state where warehouse_id = p_warehouse and worker = p_worker;
  if not found then return null; end if;
  select least(slots, slots_now) into before from warehouses where id = p_warehouse;
  update warehouses set slots_now = p_slots,
      slowed_at = case when p_slots is not null then coalesce(slowed_at, now()) end,
      slow_reason = case when p_slots is not null then coalesce(p_reason, slow_reason) end
    -- Who has switched it off meanwhile has given all slots back.
    where id = p_warehouse and slow_down and slots_now is distinct from p_slots returning * into w;
  insert into load_samples (warehouse_id, at, load, problem, heat, used, queued, slots)
    select p_warehouse, clock_timestamp(), nullif(p_sample -> 'load', 'null'), p_sample ->> 'problem', (p_sample ->> 'heat')::real,
      count(*) filter (where k.state <> 'waiting'), count(*) filter (where k.state = 'waiting'), least(v.slots, v.slots_now)
    from warehouses v left join work k on k.warehouse_id = v.id and k.state in ('waiting', 'admitted', 'running')
    where v.id = p_warehouse group by v.slots, v.slots_now;
  if w.id is null then return false; end if;
  insert into audit_entries (id, action, object, detail) values (p_entry, 'gate.slow', 'warehouse:' || p_warehouse,
    jsonb_build_object('from', before, 'to', least(w.slots, w.slots_now), 'of', w.slots, 'reason', p_reason));
  return true;
end $$;

-- Of the last hour all samples, of the day the hottest of each minute, of before none.
create or replace function sluice_thin_samples() returns void language sql as $$
  delete from load_samples where at < now() - interval '24 hours 10 minutes';
  delete from load_samples s using (
    select warehouse_id, at, row_number() over (partition by warehouse_id, date_trunc('minute', at) order by heat desc nulls last, at) as place
    from load_samples where at < now() - interval '1 hour'
  ) d where d.warehouse_id = s.warehouse_id and d.at = s.at and d.place > 1
$$;
