-- What is off until an admin allows it, to a role, a team or a person (lib/access/rights.ts). A row allows; nothing denies.
create table rights (
  name text not null,
  scope text not null check (scope in ('role', 'team', 'person')),
  -- The role's name, or the id of the team or person.
  scope_id text not null,
  at timestamptz(3) not null default now(),
  -- Null: as it came with the installation.
  by_id text references users (id) on delete set null,
  primary key (name, scope, scope_id)
);

-- Who is here already keeps what everybody could do so far; a new installation begins with downloads for those who write.
insert into rights (name, scope, scope_id)
  select r.name, 'role', r.role
  from (values ('download', 'viewer', false), ('download', 'editor', true), ('download', 'admin', true),
    ('link', 'viewer', false), ('link', 'editor', false), ('link', 'admin', false)) as r (name, role, fresh)
  where r.fresh or exists (select 1 from users);
