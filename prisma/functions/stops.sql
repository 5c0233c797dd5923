-- Stops several executions of one warehouse, each as sluice_cancel stops one, under one hold of its lock: callers name few at
-- once. Work that waits and all of whose executions are named, which is most of what there is much of, ends as a whole. p_by,
-- p_token and p_address say who, for the audit log; null: nobody, Sluice itself. Returns {stopped, admitted: […]}; who has
-- ended already is not counted. Not on disk yet.
create or replace function sluice_stop(
  p_warehouse text, p_executions text[], p_reason text, p_by text, p_token text, p_address text
) returns jsonb language plpgsql as $$
declare
  one record;
  answer jsonb;
  whole text[];
  dropped text[];
  stopped jsonb;
  admitted jsonb := '[]';
begin
  perform sluice_soon();
  -- Nobody starts, joins or parts what waits while we hold it.
  perform sluice_lock(p_warehouse);
  -- In steps, each of which begins with the few that are named, however many wait beside them.
  dropped := array(select statement_id from executions where id = any(p_executions) and state in ('queued', 'running'));
  whole := array(select work_id from statements where id = any(dropped));
  whole := array(select id from work where id = any(whole) and warehouse_id = p_warehouse and state = 'waiting');
  whole := array(select unnest(whole) except select s.work_id from statements s join executions e on e.statement_id = s.id
    where s.work_id = any(whole) and e.state in ('queued', 'running') and e.id <> all(p_executions));
  -- As sluice_cancel would for each of it, without a look at who is next: none of it had a slot to give.
  update work set state = 'done', ended_at = clock_timestamp() where id = any(whole);
  with gone as (
    update statements set state = 'cancelled', finished_at = clock_timestamp(), stop_reason = p_reason
      where work_id = any(whole) and state = 'queued' returning id
  )
  select coalesce(array_agg(id), '{}') into dropped from gone;
  with gone as (
    update executions set state = 'cancelled', finished_at = clock_timestamp(), stop_reason = p_reason
      where statement_id = any(dropped) and state in ('queued', 'running') returning id
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'outcome', 'cancelled')), '[]') into stopped from gone;
  perform pg_notify('sluice_statement', id || ' cancelled') from unnest(dropped) id;
  for one in
    select x.id from unnest(p_executions) with ordinality x(id, n) join executions e on e.id = x.id
    where e.state in ('queued', 'running') order by x.n
  loop
    answer := sluice_cancel(one.id, p_reason);
    continue when answer ->> 'outcome' = 'ended';
    stopped := stopped || jsonb_build_object('id', one.id, 'outcome', answer ->> 'outcome');
    admitted := admitted || (answer -> 'admitted');
  end loop;
  insert into audit_entries (id, user_id, token_id, action, object, detail, address)
    select sluice_new_id(), p_by, p_token, 'execution.cancel', 'execution:' || (s ->> 'id'),
      jsonb_build_object('outcome', s ->> 'outcome', 'reason', p_reason), p_address
    from jsonb_array_elements(stopped) s;
  return jsonb_build_object('stopped', jsonb_array_length(stopped), 'admitted', admitted);
end $$;
