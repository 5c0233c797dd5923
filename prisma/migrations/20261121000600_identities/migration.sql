-- Who a person is at a provider of sign-in. The provider's own id stays when an e-mail address changes hands.
create table identities (
  provider text not null,
  subject text not null,
  user_id text not null references users (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3) not null default now(),
  primary key (provider, subject)
);
create unique index identities_user on identities (user_id, provider);
