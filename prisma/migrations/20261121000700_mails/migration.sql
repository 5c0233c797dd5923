-- Mail on its way out. Written with what it tells of, sent by a worker; a row stays for a month as proof.
create table mails (
  id text primary key,
  recipient text not null,
  subject text not null,
  text text not null,
  created_at timestamptz(3) not null default now(),
  -- When a worker may try it (again); one that is trying has moved it ahead.
  due_at timestamptz(3) not null default now(),
  attempts int not null default 0,
  sent_at timestamptz(3),
  -- Why the last try failed; set for good when the server will never take it.
  error text,
  given_up_at timestamptz(3)
);
create index mails_due on mails (due_at) where sent_at is null and given_up_at is null;
