-- What a share opens: the rows of an execution, the answers of a query. `version` is the query's version that its sharer
-- looked at: `run` runs no text that somebody else put there since.
alter table shares add column execution_id text;
alter table shares add column query_id text;
alter table shares add column version integer;
create index shares_execution_id_idx on shares (execution_id);
create index shares_query_id_idx on shares (query_id);
create index shares_audience on shares (audience) where revoked_at is null;
create index shares_sharer_id_idx on shares (sharer_id);
create index share_openings_user_id_share_id_idx on share_openings (user_id, share_id);

-- Run by somebody's share, not by a grant of one's own: it stays open to its author as long as the share does.
alter table executions add column share_id text;
-- When its author was first shown that it failed.
alter table executions add column failure_seen_at timestamptz(3);
create index executions_failures on executions (user_id, id desc) where state = 'failed' and failure_seen_at is null;

-- The request that a notice tells of, so that it is answered where it is read.
alter table notices add column request_id text;
create index notices_request_id_idx on notices (request_id);
create index notices_unread on notices (user_id) where read_at is null;
create index access_requests_user_id_idx on access_requests (user_id);
-- Of one person and object one request is open.
create unique index access_requests_open on access_requests (kind, object_id, user_id) where state = 'open';
