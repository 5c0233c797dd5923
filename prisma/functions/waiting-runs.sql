-- Limits on what may wait, where a run begins: lib/runs/start-run.ts asks, within the transaction that writes the run.

-- How many pieces of work of a run's first stages would wait, by warehouse: those for which there is no slot.
create or replace function sluice_first_waits(p_run text) returns table (warehouse_id text, waits bigint) language sql as $$
  select d.warehouse, case when sluice_stage_slot_free() and sluice_has_room(d.warehouse, r.user_id, r.token_id, r.lane)
    then greatest(0, d.asked - case when w.per_user > 0 then least(taken.free, w.per_user - taken.mine) else taken.free end)
    else d.asked end
  from runs r
  cross join lateral (
    select door ->> 'warehouse' as warehouse, count(*) as asked
    from run_stages s cross join jsonb_array_elements(s.doors) door
    where s.run_id = r.id and s.state = 'waiting'
      and s.needs <@ array(select g.stage from run_stages g where g.run_id = r.id and g.state = 'succeeded')
    group by 1
  ) d
  join warehouses w on w.id = d.warehouse
  cross join lateral (
    select least(w.slots, w.slots_now) - count(*) as free, count(*) filter (where k.user_id = r.user_id) as mine
    from work k where k.warehouse_id = w.id and k.state in ('admitted', 'running')
  ) taken
  where r.id = p_run
$$;

-- Begins a run that has just been written, unless its first stages would be over a limit on what may wait, together with what waits
-- already. One with more of them than the limit is let in once nothing else of the limit waits: it never would be otherwise. What
-- becomes ready later in a run waits whatever the limit. Answers null where there is no such limit, and the run is begun as any; else
-- {} for one that has begun, and {limit, waits, there} for one that is to be taken back.
create or replace function sluice_begin_run(p_run text) returns jsonb language plpgsql as $$
declare
  l limits%rowtype;
  r runs%rowtype;
  own bigint;
  there bigint;
begin
  perform from limits where name in ('waiting', 'waitingPerPerson') limit 1;
  if not found then return null; end if;
  select * into r from runs where id = p_run;
  perform sluice_soon();
  -- One after the other, or two would each not see what the other has wait. The run's own lock, which sluice_advance takes, comes
  -- first: whoever holds it may wait for a row of somebody who waits for the rules.
  perform sluice_lock('runs of ' || coalesce(r.pipeline_id, r.id));
  perform sluice_lock('rules');
  for l in
    select distinct u.* from sluice_first_waits(p_run) f cross join lateral sluice_limits(f.warehouse_id, r.user_id, r.token_id) u
    where u.name in ('waiting', 'waitingPerPerson') order by u.value
  loop
    select coalesce(sum(f.waits), 0) into own from sluice_first_waits(p_run) f
      where l.scope <> 'warehouse' or f.warehouse_id = l.scope_id;
    there := sluice_counted(l, r.user_id, '{waiting}');
    if own > 0 and there + own > l.value and (there > 0 or own <= l.value) then
      return jsonb_build_object('limit', sluice_limit_json(l), 'waits', own, 'there', there);
    end if;
  end loop;
  -- Seen by the next who asks.
  perform sluice_advance(p_run);
  return '{}';
end $$;
