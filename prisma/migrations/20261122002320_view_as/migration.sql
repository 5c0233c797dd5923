-- A session in which an admin looks at Sluice as somebody else (lib/access/view-as.ts): as whom, and until when.
alter table sessions
  add column view_as_id text references users (id) on delete set null,
  add column view_until timestamptz(3);
create index sessions_view on sessions (view_until) where view_until is not null;
