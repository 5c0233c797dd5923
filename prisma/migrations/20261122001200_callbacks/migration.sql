-- Programs that are told when an execution has ended. A row is here from before its execution until the message is on
-- its way, and the execution itself knows nothing of it: ends without a callback cost nothing more.
create table execution_callbacks (
  execution_id text primary key,
  url text not null,
  secret text not null,
  created_at timestamptz(3) not null default now()
);
