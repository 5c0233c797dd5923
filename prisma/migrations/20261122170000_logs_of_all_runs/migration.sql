-- The logs of all runs are read by time.
create index log_chunks_at on log_chunks (at, attempt_id, seq);
