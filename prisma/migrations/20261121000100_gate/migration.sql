-- Indexes of the gate's hot path. Its functions stand in prisma/functions/gate.sql.
create index work_waiting on work (warehouse_id, lane, queued_at) where state = 'waiting';
create index work_leased on work (warehouse_id, user_id) where state in ('admitted', 'running');
create index work_turns on work (warehouse_id, user_id, admitted_at desc);
create index statements_live_join on statements (join_key) where state in ('queued', 'running') and join_key is not null;
create index statements_reuse on statements (join_key, finished_at desc) where state = 'succeeded' and join_key is not null;
create index statements_retention on statements (warehouse_id, finished_at) where expired_at is null;
create index executions_state on executions (state, id desc) where state in ('queued', 'running', 'cancelling');
