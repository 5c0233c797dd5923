-- Interactive work that no page has watched for so many minutes is ended; null: never. And since when that holds, so
-- that nothing is counted of the time before.
alter table warehouses
  add column unwatched_minutes integer check (unwatched_minutes > 0),
  add column unwatched_from timestamptz(3);

-- When somebody last looked at it; written only where the setting is on.
alter table work add column watched_at timestamptz(3);
