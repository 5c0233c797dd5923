-- Attempts to sign in that failed, or are being looked at, of the last 15 minutes (lib/access/rate-limit.ts). Whose, and
-- from where, stands there as a hash: a person may have typed a password in the place of an e-mail.
create table failed_attempts (
  id text not null,
  key text not null,
  at timestamptz(3) not null default now(),
  primary key (id, key)
);
create index failed_attempts_key on failed_attempts (key, at);
create index failed_attempts_at on failed_attempts (at);
