-- What waits of a token goes back to the lane that it was put in, where it stands in front of it; it keeps its age. What stands
-- further back already was asked for there, and stays (lib/users/update-token.ts).

-- Its statements in one warehouse. Who waits for a waiting one is of that token too (joining.sql), and goes along. Answers what
-- is admitted then.
create or replace function sluice_move_back(p_warehouse text, p_token text, p_lane int) returns jsonb language plpgsql as $$
begin
  perform sluice_soon();
  perform sluice_lock(p_warehouse);
  update executions e set lane = p_lane from statements s join work k on k.id = s.work_id
    where e.statement_id = s.id and e.state in ('queued', 'running') and k.warehouse_id = p_warehouse and k.token_id = p_token
      and k.state = 'waiting' and k.attempt_id is null and k.lane < p_lane;
  update work set lane = p_lane
    where warehouse_id = p_warehouse and token_id = p_token and state = 'waiting' and attempt_id is null and lane < p_lane;
  return sluice_admit(p_warehouse);
end $$;

-- One attempt in all warehouses where it waits; as sluice_take_attempt, it comes before its work.
create or replace function sluice_move_attempt_back(p_attempt text, p_lane int) returns void language plpgsql as $$
begin
  update attempts set lane = p_lane where id = p_attempt and state = 'waiting' and lane < p_lane;
  if found then update work set lane = p_lane where attempt_id = p_attempt and state = 'waiting'; end if;
end $$;
